// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.LoadOptions;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.dataplane.MapSizes;
import dev.sluice.model.Endpoint;
import dev.sluice.model.EndpointSlice;
import dev.sluice.model.IpAddress;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.RegisteredNode;
import dev.sluice.model.ServiceState;
import dev.sluice.source.ServiceSource;
import dev.sluice.source.SourceProblem;
import dev.sluice.source.kubernetes.ApiAccess;
import dev.sluice.source.kubernetes.KubernetesSource;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The agent's road from the API server into the maps, in a process of its own, for {@link
 * KubernetesScaleTest}: its heap and time are not the mock server's. Prints a line for each thing
 * that is measured; times are {@link System#nanoTime}, which on Linux is the same clock in every
 * process.
 */
final class ScaleAgent {
  private static final IpAddress NODE_IP = IpAddress.parse("192.0.2.1");

  private ScaleAgent() {}

  public static void main(String[] arguments) throws IOException {
    MapSizes sizes = new MapSizes(65_536, 131_072, 262_144, 1024, 1024, 1024);
    try (LoadedObjects objects =
        LoadedObjects.unpinned(new LoadOptions(sizes, true, false, false, false))) {
      Dataplane dataplane = new Dataplane(objects);
      Services services = new Services(dataplane, ScaleAgent::facts, ProxyConfig.defaults());
      try (KubernetesSource source =
          new KubernetesSource(new ApiAccess(List.of(arguments[0]), Config.empty()), "node-0")) {
        say("started", System.nanoTime());
        source.start(new Measuring(services));
        int unused = System.in.read(); // ends with the test
      }
    }
  }

  private static NodeFacts facts(RegisteredNode registered) {
    return new NodeFacts(
        "node-0", Set.of(NODE_IP), List.of(NODE_IP), List.of(), registered.zone(), Map.of());
  }

  private static void say(String what, Object value) {
    System.out.println(what + " " + value);
  }

  /** Passes everything on to the real thing, and looks at the clock afterwards. */
  private record Measuring(Services services) implements ServiceSource.Listener {
    @Override
    public void changed(List<ServiceState> states) {
      services.changed(states);
      long now = System.nanoTime();
      for (ServiceState state : states) {
        for (EndpointSlice slice : state.slices()) {
          Endpoint first = slice.endpoints().getFirst();
          if (first.address().startsWith(KubernetesScaleTest.CHANGED_NETWORK)) {
            say("changed " + first.address(), now);
          }
        }
      }
    }

    @Override
    public void nodeChanged(RegisteredNode node) {
      services.nodeChanged(node);
    }

    @Override
    public void synced() {
      say("synced", System.nanoTime());
      services.synced();
      say("programmed", System.nanoTime());
      say("services", services.plans().size());
      say("problems", services.problems());
      System.gc();
      say("heap", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
      say("resident", residentKib());
      say("measured", "");
    }

    private static long residentKib() {
      try {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .sum();
      } catch (IOException e) {
        return 0;
      }
    }

    @Override
    public void problem(SourceProblem problem) {
      say("problem", problem);
    }

    @Override
    public void problemResolved(SourceProblem problem) {
      say("resolved", problem);
    }
  }
}
