// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference.world;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Random worlds. */
public final class Worlds {
  private static final int SERVICES = 3;
  private static final int PACKETS = 8;

  private Worlds() {}

  /** Worlds of one or two steps. */
  public static Arbitrary<World> worlds() {
    Arbitrary<List<StepSeed>> steps =
        Arbitraries.frequencyOf(
            Tuple.of(3, step().list().ofSize(1)), Tuple.of(1, step().list().ofSize(2)));
    return Combinators.combine(Nodes.node(), Nodes.config(), steps).as(Worlds::world);
  }

  private record StepSeed(List<ServiceSeed> services, List<PacketSeed> packets) {}

  private static Arbitrary<StepSeed> step() {
    return Combinators.combine(
            Arbitraries.integers()
                .between(0, SERVICES - 1)
                .flatMap(ServiceSeed::service)
                .list()
                .uniqueElements(ServiceSeed::number)
                .ofMinSize(1)
                .ofMaxSize(SERVICES),
            PacketSeed.packet().list().ofMinSize(1).ofMaxSize(PACKETS))
        .as(StepSeed::new);
  }

  private static World world(ObjectNode node, ObjectNode config, List<StepSeed> steps) {
    List<String> addresses = node.path("addresses").valueStream().map(JsonNode::asText).toList();
    return new World(node, config, steps.stream().map(step -> step(addresses, step)).toList());
  }

  private static World.Step step(List<String> addresses, StepSeed seed) {
    List<ObjectNode> objects =
        seed.services.stream().flatMap(service -> service.objects().stream()).toList();
    List<JsonNode> services =
        objects.stream()
            .filter(object -> object.path("kind").asText().equals("Service"))
            .map(JsonNode.class::cast)
            .toList();
    return new World.Step(
        Json.list(objects),
        seed.packets.stream().map(packet -> packet.aimedAt(addresses, services)).toList());
  }
}
