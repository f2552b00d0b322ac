// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.ServiceName;
import dev.sluice.plan.Planner;
import dev.sluice.plan.ServicePlan;
import dev.sluice.server.ServiceCensus.What;
import dev.sluice.source.manifests.Manifests;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ServiceCensusTest {
  private static final IpAddress NODE_IP = IpAddress.parse("192.0.2.1");
  private static final NodeFacts NODE =
      NodeFacts.of("node-a", Set.of(NODE_IP), List.of(NODE_IP), List.of(), Map.of());
  private static final String ELSEWHERE = "{addresses: [10.1.0.9], nodeName: node-b}";
  private static final String HERE = "{addresses: [10.1.0.1], nodeName: node-a}";
  private static final String INTERNAL = "internalTrafficPolicy: Local";
  private static final String EXTERNAL = "type: NodePort, externalTrafficPolicy: Local";

  private final ServiceCensus census = new ServiceCensus();

  private void install(String name, String spec, String ports, String endpoints) {
    String manifest =
        """
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s}
        spec: {clusterIP: 10.96.0.1, %2$s, ports: [%3$s]}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: %1$s-1, labels: {kubernetes.io/service-name: %1$s}}
        addressType: IPv4
        ports: [{name: "", port: 8080}, {name: b, port: 8081}]
        endpoints: [%4$s]
        """
            .formatted(name, spec, ports, endpoints);
    census.count(
        Planner.plan(
            Manifests.read(
                    "web.yaml",
                    manifest.getBytes(UTF_8),
                    problem -> {
                      throw new AssertionError(problem);
                    })
                .getFirst(),
            NODE,
            ProxyConfig.defaults()));
  }

  private int count(What what) {
    return census.sum(IpFamily.IPV4, what);
  }

  @Test
  @ShowsRules(222)
  void servicesWithALocalPolicyAndEndpointsOnlyElsewhereAreCountedOnce() {
    String ports = "{port: 80, nodePort: 30080}, {name: b, port: 81, nodePort: 30081}";
    install("inside", INTERNAL, ports, ELSEWHERE);
    install("outside", EXTERNAL, ports, ELSEWHERE);

    assertThat(count(What.WITHOUT_LOCAL_INTERNALLY)).isEqualTo(1);
    assertThat(count(What.WITHOUT_LOCAL_EXTERNALLY)).isEqualTo(1);
    assertThat(census.sum(IpFamily.IPV6, What.WITHOUT_LOCAL_EXTERNALLY)).isZero();

    install("inside", INTERNAL, ports, ELSEWHERE + ", " + HERE);
    census.count(ServicePlan.nothing(new ServiceName("default", "outside")));
    assertThat(count(What.WITHOUT_LOCAL_INTERNALLY)).isZero();
    assertThat(count(What.WITHOUT_LOCAL_EXTERNALLY)).isZero();
  }

  @Test
  @ShowsRules(222)
  void servicesWithoutEndpointsOrWithoutOutsideAreNotCounted() {
    install("empty", INTERNAL + ", " + EXTERNAL, "{port: 80, nodePort: 30080}", "");
    install("inner", "externalTrafficPolicy: Local", "{port: 80}", ELSEWHERE);
    install("cluster", "type: NodePort", "{port: 80, nodePort: 30080}", ELSEWHERE);

    assertThat(count(What.WITHOUT_LOCAL_INTERNALLY)).isZero();
    assertThat(count(What.WITHOUT_LOCAL_EXTERNALLY)).isZero();
  }

  @Test
  void portsAndEndpointsAreCountedAsOftenAsTheyAreInstalled() {
    String ports = "{port: 80}, {name: b, port: 81}";
    install("web", INTERNAL, ports, ELSEWHERE + ", " + HERE);
    install("web", INTERNAL, ports, ELSEWHERE + ", " + HERE);

    assertThat(count(What.SERVICES)).isEqualTo(1);
    assertThat(count(What.PORTS)).isEqualTo(2);
    assertThat(count(What.LOCAL_ENDPOINTS)).isEqualTo(2);
    assertThat(count(What.REMOTE_ENDPOINTS)).isEqualTo(2);
    census.count(ServicePlan.nothing(new ServiceName("default", "web")));
    assertThat(count(What.PORTS)).isZero();
    assertThat(census.services()).isZero();
  }
}
