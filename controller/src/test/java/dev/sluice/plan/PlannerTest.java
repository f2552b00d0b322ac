// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.ServiceState;
import dev.sluice.source.manifests.Manifests;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What makes no difference to a plan, so that nothing is written for it. */
class PlannerTest {
  private static final NodeFacts NODE =
      NodeFacts.of("node-a", Set.of(), List.of(), List.of(), Map.of());
  private static final String SLICES =
      """
      ---
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: web-%s, labels: {kubernetes.io/service-name: web}}
      addressType: IPv4
      ports: [{name: "", port: 8080}]
      endpoints: [{addresses: [10.20.1.%s]}, {addresses: [10.20.1.%s]}]
      ---
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: web-%s, labels: {kubernetes.io/service-name: web}}
      addressType: IPv4
      ports: [{name: "", port: 8080}]
      endpoints: [{addresses: [10.20.1.%s]}, {addresses: [10.20.1.%s]}]
      """;

  private static ServiceState state(String metadata, String spec, String slices) {
    String manifest =
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web%s}
        spec: {clusterIP: 10.96.0.1, ports: [{port: 80%s}]}
        """
            .formatted(metadata, spec);
    return Manifests.read(
            "web.yaml",
            (manifest + slices).getBytes(UTF_8),
            problem -> {
              throw new AssertionError(problem);
            })
        .getFirst();
  }

  private static ServicePlan plan(ServiceState state) {
    return Planner.plan(state, NODE, ProxyConfig.defaults());
  }

  @Test
  @ShowsRules({36, 270})
  void theOrderOfEndpointsAndSlicesMakesNone() {
    ServicePlan plan = plan(state("", "", SLICES.formatted(1, 1, 2, 2, 3, 4)));

    assertThat(plan.ports().getFirst().servingBackends()).hasSize(4);
    assertThat(plan(state("", "", SLICES.formatted(1, 4, 2, 2, 3, 1)))).isEqualTo(plan);
    assertThat(plan(state("", "", SLICES.formatted(2, 2, 1, 1, 4, 3)))).isEqualTo(plan);
  }

  @Test
  @ShowsRules(11)
  void labelsAnnotationsAndFieldsOfOthersMakeNone() {
    ServiceState plain = state("", "", "");

    assertThat(
            state(
                ", uid: x, resourceVersion: '7', labels: {app: web}, annotations: {note: hello}",
                ", targetPort: 9999, appProtocol: http",
                ""))
        .isEqualTo(plain);
    assertThat(state("", ", nodePort: 30001", "")).isNotEqualTo(plain);
  }
}
