// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.model.IpAddress;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.source.manifests.Manifests;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a plan says of the health check node port, and where it listens. */
class HealthCheckPlanTest {
  private static final NodeFacts NODE =
      NodeFacts.of(
          "node-a",
          Stream.of("192.168.0.1", "10.9.0.1", "127.0.0.1", "fd00::1", "::1")
              .map(IpAddress::parse)
              .collect(Collectors.toSet()),
          List.of(IpAddress.parse("192.168.0.1"), IpAddress.parse("fd00::1")),
          List.of(),
          Map.of());

  private static final String HERE = "nodeName: node-a";

  private static ServicePlan plan(String type, String policy, String... endpoints) {
    String manifest =
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          type: %s
          clusterIP: 10.96.0.1
          externalTrafficPolicy: %s
          healthCheckNodePort: 31234
          ports: [{name: a, port: 80, nodePort: 30080}, {name: b, port: 81, nodePort: 30081}]
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: web-1, labels: {kubernetes.io/service-name: web}}
        addressType: IPv4
        ports: [{name: a, port: 8080}, {name: b, port: 8081}]
        endpoints: [%s]
        """
            .formatted(type, policy, String.join(", ", endpoints));
    return Planner.plan(
        Manifests.read(
                "web.yaml",
                manifest.getBytes(UTF_8),
                problem -> {
                  throw new AssertionError(problem);
                })
            .getFirst(),
        NODE,
        ProxyConfig.defaults());
  }

  private static String endpoint(String address, String more) {
    return "{addresses: [%s], %s}".formatted(address, more);
  }

  private static int localEndpoints(String... endpoints) {
    return plan("LoadBalancer", "Local", endpoints).healthCheck().orElseThrow().localEndpoints();
  }

  @Test
  @ShowsRules(106)
  void onlyALoadBalancerWithPolicyLocalHasOne() {
    assertThat(plan("LoadBalancer", "Local").healthCheck()).contains(new HealthCheck(31234, 0));
    for (ServicePlan plan : List.of(plan("LoadBalancer", "Cluster"), plan("NodePort", "Local"))) {
      assertThat(plan.healthCheck()).isEqualTo(Optional.empty());
      assertThat(plan.notes())
          .singleElement()
          .asString()
          .contains("healthCheckNodePort 31234 is not served");
    }
  }

  @Test
  @ShowsRules({114, 269})
  void aPodThatServesTwoPortsCountsOnce() {
    assertThat(localEndpoints(endpoint("10.1.0.1", HERE), endpoint("10.1.0.2", HERE))).isEqualTo(2);
    assertThat(localEndpoints(endpoint("10.1.0.1", HERE), endpoint("10.1.0.1", HERE))).isEqualTo(1);
  }

  @Test
  @ShowsRules(269)
  void endpointsElsewhereDoNotCountAndHintsDoNotMatter() {
    String elsewhere = "nodeName: node-b";
    String hinted = HERE + ", hints: {forZones: [{name: other}], forNodes: [{name: node-b}]}";
    assertThat(localEndpoints(endpoint("10.1.0.1", elsewhere))).isZero();
    assertThat(localEndpoints(endpoint("10.1.0.1", hinted), endpoint("10.1.0.2", elsewhere)))
        .isEqualTo(1);
  }

  @Test
  @ShowsRules({115, 269})
  void endpointsThatAreTerminatingOrNotReadyDoNotCount() {
    String terminating = HERE + ", conditions: {ready: false, serving: true, terminating: true}";
    String notReady = HERE + ", conditions: {ready: false}";
    assertThat(localEndpoints(endpoint("10.1.0.1", terminating), endpoint("10.1.0.2", notReady)))
        .isZero();
  }

  @ParameterizedTest(name = "{0} {1}")
  @ShowsRules(110)
  @CsvSource(
      delimiter = '|',
      value = {
        "IPTABLES | ''                     | 0.0.0.0",
        "IPTABLES | 0.0.0.0/0              | 0.0.0.0",
        "IPTABLES | all                    | 0.0.0.0",
        "IPTABLES | 10.0.0.0/8 fd00::/8    | 10.9.0.1 fd00::1",
        "IPTABLES | 10.0.0.0/8             | 10.9.0.1 fd00::1 ::1",
        "IPTABLES | primary                | 192.168.0.1 fd00::1",
        "IPTABLES | primary 127.0.0.0/8    | 127.0.0.1 192.168.0.1 fd00::1",
        "NFTABLES | ''                     | 192.168.0.1 fd00::1",
      })
  void itListensWhereNodePortsAre(ProxyConfig.Mode mode, String words, String addresses) {
    ProxyConfig defaults = ProxyConfig.defaults();
    ProxyConfig config =
        new ProxyConfig(
            mode,
            words.isEmpty() ? List.of() : List.of(words.split(" ")),
            true,
            defaults.localTraffic(),
            false,
            List.of());
    assertThat(new Planner(NODE, config).healthCheckAddresses())
        .isEqualTo(
            Stream.of(addresses.split(" ")).map(IpAddress::parse).collect(Collectors.toSet()));
  }

  @Test
  @ShowsRules(110)
  void anAddressThatTheNodeDoesNotHaveIsNotListenedOn() {
    assertThat(
            new Planner(
                    NODE,
                    ProxyConfig.defaults()
                        .withNodePortAddresses(List.of("172.16.0.0/12", "fe80::/10")))
                .healthCheckAddresses())
        .isEqualTo(Set.of());
  }
}
