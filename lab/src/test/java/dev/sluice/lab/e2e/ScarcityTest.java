// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.Probe;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.ShortConnections;
import dev.sluice.lab.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Tables and port ranges far too small for the load: connections fail, but none gets mixed up. */
@RequiresRoot
class ScarcityTest {
  private static final long CONNECTIONS = 1_000_000;
  private static final int CONCURRENCY = 40;
  private static final int FIRST_PORT = 9200;
  private static final int PORTS = 80;

  @Test
  void noConnectionOfAMillionReceivesAnothersBytes() throws Exception {
    try (Cluster cluster =
        Cluster.create(
            LabOptions.of(Layout.ROUTED),
            "--embryos",
            "64",
            "--snat-ports",
            "50000-50015",
            "--timeout-closed",
            "1",
            "--collect-every",
            "1")) {
      Lab lab = cluster.lab();
      ServiceFile service = ServiceFile.tcp("scarce", 1).withNodePort(30180);
      // All on the other node, so that every connection needs one of the 16 source ports there are
      // towards each of these backends.
      for (int port = FIRST_PORT; port < FIRST_PORT + PORTS; port++) {
        service = service.with(lab.pod("pod-c"), port).with(lab.pod("pod-d"), port);
      }
      cluster.apply("scarce.yaml", service.yaml());
      cluster.startAgents();
      try (NamedServers _ = NamedServers.tcp(lab.pod("pod-c"), FIRST_PORT, PORTS);
          NamedServers _ = NamedServers.tcp(lab.pod("pod-d"), FIRST_PORT, PORTS);
          ExecutorService clients = Executors.newCachedThreadPool()) {
        Verdicts before = cluster.verdicts("node-1");
        Probe probe = lab.client().probe();
        List<Future<ShortConnections>> runs = new ArrayList<>();
        for (Target target :
            List.of(
                Target.of(service.externalIp(AddressFamily.IPV4), 80),
                Target.of(lab.node("node-1").address(AddressFamily.IPV6), 30180))) {
          Target patient = target.within(Duration.ofSeconds(4));
          runs.add(
              clients.submit(() -> probe.shortConnections(patient, CONNECTIONS / 2, CONCURRENCY)));
        }
        long total = 0;
        long ok = 0;
        for (Future<ShortConnections> run : runs) {
          ShortConnections result = run.get();
          System.out.printf("%s: %.0f a second%n", result, result.perSecond());
          assertThat(result.misdelivered()).isZero();
          total += result.total();
          ok += result.ok();
        }
        Verdicts verdicts = cluster.verdicts("node-1").since(before);
        System.out.println(verdicts);
        System.out.println(cluster.status("node-1").get("pressure"));
        assertThat(total).isEqualTo(CONNECTIONS);
        assertThat(ok).isGreaterThan(CONNECTIONS / 20);
        assertThat(verdicts.of("tc_ingress", "opened_remote")).isGreaterThanOrEqualTo(ok);
        assertThat(verdicts.of("tc_ingress", "reject_no_port"))
            .as("the range was too small")
            .isPositive();
      }
    }
  }
}
