// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import dev.sluice.dataplane.MapSizes;
import dev.sluice.model.Protocol;
import dev.sluice.reference.Backend;
import dev.sluice.reference.KubeProxyModel;
import dev.sluice.reference.Packet;
import dev.sluice.reference.Ruling;
import dev.sluice.reference.world.World;
import dev.sluice.trial.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Random worlds through the real programs, and what the model says of them. The programs are loaded
 * once.
 */
final class WorldTrial implements AutoCloseable {
  /** Chance that a backend which is used is not seen in a flow's connections. */
  private static final double MISSED = 1e-9;

  /** For a verdict that does not depend on the connection. */
  private static final int A_FEW = 3;

  private final Testbed testbed;
  private final Tally tally = new Tally();

  WorldTrial(Testbed.Planning planning) {
    testbed = new Testbed(new MapSizes(1024, 4096, 262144, 512, 512, 64), planning);
  }

  /** What has been seen so far. */
  Tally tally() {
    return tally;
  }

  /**
   * Tries a world.
   *
   * @return how the programs differ from the model; empty if they do not
   */
  Optional<String> differences(World world) {
    Scenario scenario = WorldScenario.read(world);
    List<String> differences = testbed.node().network().call(() -> run(world, scenario));
    return differences.isEmpty()
        ? Optional.empty()
        : Optional.of(String.join("\n", differences) + "\n" + WorldScenario.yaml(world));
  }

  private List<String> run(World world, Scenario scenario) {
    tally.world();
    testbed.clear();
    List<String> differences = new ArrayList<>();
    for (int step = 0; step < world.steps().size(); step++) {
      World.Step tried = world.steps().get(step);
      KubeProxyModel model = new KubeProxyModel(world.node(), world.config(), tried.objects());
      List<String> notes = testbed.install(scenario.config(), scenario.steps().get(step));
      for (Packet packet : tried.packets()) {
        Ruling ruling = model.rule(packet);
        tally.packet(ruling);
        if (ruling.kind() != Ruling.Kind.OPEN && !staysAsItIs(packet, ruling)) {
          compare(model, packet, ruling).ifPresent(differences::add);
        }
      }
      if (!differences.isEmpty()) {
        differences.addAll(notes);
        break;
      }
    }
    return differences;
  }

  private Optional<String> compare(KubeProxyModel model, Packet packet, Ruling ruling) {
    Flow flow = flow(packet, ruling);
    boolean pinned = ruling.pinned().isPresent();
    Found found = testbed.run(flow, connections(ruling.backends().size()), pinned);
    if (!found.meets(flow.expected())) {
      return Optional.of(
          "%s: expected %s by rules %s, found %s"
              .formatted(flow, flow.expected(), ruling.rules(), found));
    }
    return pinned ? new PinTrial(testbed, tally, model, packet).difference() : Optional.empty();
  }

  /** A backend that is called directly: nobody can see whether it was chosen. */
  static boolean staysAsItIs(Packet packet, Ruling ruling) {
    return ruling.backends().contains(new Backend(packet.destination(), packet.port()));
  }

  static Flow flow(Packet packet, Ruling ruling) {
    return new Flow(
        "random",
        new Call(
            WorldScenario.origin(packet),
            WorldScenario.address(packet.source()),
            WorldScenario.address(packet.destination()),
            packet.port(),
            Protocol.valueOf(packet.protocol())),
        WorldScenario.outcome(ruling));
  }

  private static int connections(int backends) {
    if (backends == 0) {
      return A_FEW;
    }
    double missesOne = 1 - 1.0 / backends;
    return backends == 1
        ? A_FEW
        : (int) Math.ceil(Math.log(MISSED / backends) / Math.log(missesOne));
  }

  @Override
  public void close() {
    testbed.close();
  }
}
