// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.lab.Agent;
import dev.sluice.lab.NodeHost;
import dev.sluice.server.AdminClient;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.StreamSupport;

/** Waits until agents have done what they were told. */
final class Await {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(20);

  private Await() {}

  static void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s within %s", what, PATIENCE).isLessThan(deadline);
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  /** Until every agent has a Service with that many backends in each family; 0: not at all. */
  static void backends(Cluster cluster, String service, int count) {
    for (NodeHost node : cluster.lab().nodes()) {
      backends(node, service, count);
    }
  }

  static void backends(NodeHost node, String service, int count) {
    until(
        "%d backends of %s on %s".formatted(count, service, node),
        () -> {
          JsonNode ports = ask(node, "services");
          return StreamSupport.stream(ports.spliterator(), false)
                      .filter(port -> port.get("name").asText().equals(service))
                      .filter(port -> port.get("backends").size() == count)
                      .count()
                  == (count == 0 ? 0 : 2)
              && (count != 0
                  || StreamSupport.stream(ports.spliterator(), false)
                      .noneMatch(port -> port.get("name").asText().equals(service)));
        });
  }

  /** Until the flow tables of all nodes are empty. */
  static void noFlows(Cluster cluster) {
    for (NodeHost node : cluster.lab().nodes()) {
      InstalledMaps installed = InstalledMaps.of(node);
      until("no flows on " + node, () -> installed.flows() == 0);
    }
  }

  /** What a node's agent answers on its admin socket, without a process for it. */
  static JsonNode ask(NodeHost node, String question) {
    return AdminClient.ask(
            Agent.runDirectory(node).resolve(Agent.instance(node) + ".sock"), question)
        .orElseThrow(() -> new AssertionError("the agent on " + node + " does not answer"));
  }
}
