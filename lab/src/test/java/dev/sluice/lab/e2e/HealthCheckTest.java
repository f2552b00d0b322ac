// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Banner;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Health checks as a load balancer outside makes them, and scrapes as the node's own. */
@RequiresRoot
class HealthCheckTest {
  private static final int HEALTH_PORT = 31999;
  private static final int NODE_PORT = 30080;
  private static final int PROXY_HEALTH_PORT = 10256;
  private static final int METRICS_PORT = 10249;
  private static final String NOBODY = "nobody listens";

  private static String health(Lab lab, String node, AddressFamily family) throws Exception {
    Optional<WebAnswer> answer =
        WebAnswer.get(lab.client(), lab.node(node).address(family), HEALTH_PORT, "/healthz");
    return answer
        .map(given -> given.status() + " " + given.header("X-Load-Balancing-Endpoint-Weight"))
        .orElse(NOBODY);
  }

  private static void assertHealth(Lab lab, String onNode1, String onNode2) throws Exception {
    for (AddressFamily family : AddressFamily.values()) {
      assertThat(health(lab, "node-1", family)).isEqualTo(onNode1);
      assertThat(health(lab, "node-2", family)).isEqualTo(onNode2);
    }
  }

  @Test
  @ShowsRules({106, 110, 111, 112, 113, 115, 119, 272})
  void aLoadBalancerLearnsWhichNodesHaveReadyEndpoints() throws Exception {
    try (Cluster cluster = Cluster.create(LabOptions.of(Layout.ROUTED)).startAgents()) {
      Lab lab = cluster.lab();
      ServiceFile web =
          ServiceFile.tcp("web", 1)
              .withIngress()
              .withNodePort(NODE_PORT)
              .withSpec("externalTrafficPolicy", "Local")
              .withSpec("healthCheckNodePort", Integer.toString(HEALTH_PORT))
              .with(lab.pod("pod-a"), 9000)
              .with(lab.pod("pod-c"), 9000);
      cluster.install(web);
      assertHealth(lab, "200 1", "200 1");

      cluster.install(web.withReady(lab.pod("pod-c"), false));
      assertHealth(lab, "200 1", "503 0");

      cluster.install(web.withState(lab.pod("pod-c"), ServiceFile.State.TERMINATING));
      assertHealth(lab, "200 1", "503 0");
      InetAddress node = lab.node("node-2").address(AddressFamily.IPV4);
      Banner served = lab.client().connectOnce(Target.of(node.getHostAddress(), NODE_PORT));
      assertThat(served.server()).startsWith("pod-c");

      cluster.install(web.with(lab.pod("pod-b"), 9000));
      assertHealth(lab, "200 2", "200 1");

      cluster.install(web.withSpec("externalTrafficPolicy", "Cluster"));
      assertHealth(lab, NOBODY, NOBODY);
      cluster.install(web);
      assertHealth(lab, "200 1", "200 1");
      cluster.delete("web.yaml");
      cluster.awaitApplied();
      assertHealth(lab, NOBODY, NOBODY);
    }
  }

  @Test
  @ShowsRules({205, 206, 215})
  void aNodeTellsItsHealthToAllAndItsMetricsToItself() throws Exception {
    try (Cluster cluster = Cluster.create(LabOptions.of(Layout.ROUTED))) {
      cluster.startAgent("node-1");
      Lab lab = cluster.lab();
      NodeHost node = lab.node("node-1");
      cluster.install(ServiceFile.tcp("web", 1).with(lab.pod("pod-c"), 9000));
      lab.pod("pod-a").probe().connect(Target.of("10.96.1.1", 80));

      for (AddressFamily family : AddressFamily.values()) {
        InetAddress address = node.address(family);
        for (String path : new String[] {"/healthz", "/livez"}) {
          WebAnswer answer =
              WebAnswer.get(lab.client(), address, PROXY_HEALTH_PORT, path).orElseThrow();
          assertThat(answer.status()).isEqualTo(200);
          assertThat(answer.header("Content-Type")).isEqualTo("application/json");
          assertThat(answer.body()).contains("\"IPv4\":{", "\"IPv6\":{", "\"healthy\":true");
        }
        assertThat(WebAnswer.get(lab.client(), address, METRICS_PORT, "/metrics")).isEmpty();
      }
      InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
      assertThat(WebAnswer.get(node, loopback, METRICS_PORT, "/configz").orElseThrow().body())
          .contains("\"kind\":\"KubeProxyConfiguration\"", "\"hostnameOverride\":\"node-1\"")
          .contains("\"kind\":\"SluiceConfiguration\"");
      WebAnswer scrape = WebAnswer.get(node, loopback, METRICS_PORT, "/metrics").orElseThrow();
      assertThat(scrape.status()).isEqualTo(200);
      assertThat(scrape.body())
          .contains("sluice_source_synced 1.0\n")
          .contains("sluice_services{ip_family=\"IPv4\"} 2.0\n")
          .containsPattern("sluice_verdicts_total\\{hook=\"[a-z0-9_]+\",reason=\"[a-z0-9_]+\"} ")
          .containsPattern("sluice_map_entries\\{map=\"service4\"} [1-9]")
          .containsPattern("sluice_devices\\{mode=\"(tcx|clsact)\"} [1-9]")
          .contains("kubeproxy_proxy_healthz_total{code=\"200\"} 2.0\n");
    }
  }
}
