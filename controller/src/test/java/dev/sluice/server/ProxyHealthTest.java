// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import static dev.sluice.model.IpFamily.IPV4;
import static dev.sluice.model.IpFamily.IPV6;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.model.RegisteredNode;
import dev.sluice.source.ClusterObjects;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import java.time.Duration;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Bodies are the pages' own, as clients see them. */
class ProxyHealthTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Duration ALMOST = TIMEOUT.minusMillis(1);

  private final FakeClock clock = new FakeClock();
  private final ProxyHealth health = new ProxyHealth(clock, ProxyHealth.TIMEOUT);
  private final HealthPages pages = new HealthPages(health, status -> {}, status -> {});

  private String get(String path) {
    HttpAnswer answer = pages.answers().answer(new HttpQuestion("GET", path, ""));
    return answer.status() + " " + answer.body();
  }

  @Test
  @ShowsRules({206, 207, 209})
  void beforeAnythingWasToldTheProxyIsHealthyWithoutAStatus() {
    assertThat(get("/healthz"))
        .isEqualTo(
            """
            200 {"lastUpdated":"2026-01-01T00:00:00Z","currentTime":"2026-01-01T00:00:00Z",\
            "healthy":true,"status":{},"nodeEligible":true}""");
    assertThat(get("/livez"))
        .isEqualTo(
            """
            200 {"lastUpdated":"2026-01-01T00:00:00Z","currentTime":"2026-01-01T00:00:00Z",\
            "healthy":true,"status":{}}""");
  }

  @Test
  @ShowsRules({206, 208, 211})
  void anUpdateThatWaitsForAMinuteIsNotHealthy() {
    health.queued(Set.of(IPV4));
    clock.advance(ALMOST);
    assertThat(get("/livez")).startsWith("200 ").contains("\"status\":{}");

    health.queued(Set.of(IPV4)); // the oldest one counts
    clock.advance(Duration.ofMillis(1));

    assertThat(get("/livez"))
        .isEqualTo(
            """
            503 {"lastUpdated":"0001-01-01T00:00:00Z","currentTime":"2026-01-01T00:01:00Z",\
            "healthy":false,"status":{"IPv4":{"lastUpdated":"0001-01-01T00:00:00Z","healthy":false}}}""");
    health.updated(Set.of(IPV4));
    assertThat(get("/livez")).startsWith("200 ");
  }

  @Test
  @ShowsRules(208)
  void withNothingToDoTheProxyIsHealthyForEver() {
    health.queued(Set.of(IPV4));
    health.updated(Set.of(IPV4));
    clock.advance(Duration.ofDays(365));

    assertThat(get("/healthz"))
        .isEqualTo(
            """
            200 {"lastUpdated":"2027-01-01T00:00:00Z","currentTime":"2027-01-01T00:00:00Z",\
            "healthy":true,"status":{"IPv4":{"lastUpdated":"2026-01-01T00:00:00Z","healthy":true}},\
            "nodeEligible":true}""");
  }

  @Test
  @ShowsRules({210, 211, 272})
  void oneFamilysUpdateDoesNotHealTheOther() {
    health.queued(Set.of(IPV4, IPV6));
    clock.advance(Duration.ofSeconds(10));
    health.updated(Set.of(IPV6));
    clock.advance(TIMEOUT);

    assertThat(get("/livez"))
        .isEqualTo(
            """
            503 {"lastUpdated":"2026-01-01T00:00:10Z","currentTime":"2026-01-01T00:01:10Z",\
            "healthy":false,"status":{"IPv4":{"lastUpdated":"0001-01-01T00:00:00Z","healthy":false},\
            "IPv6":{"lastUpdated":"2026-01-01T00:00:10Z","healthy":true}}}""");
    health.updated(Set.of(IPV4));
    assertThat(health.healthy()).isTrue();
  }

  private static RegisteredNode node(UnaryOperator<NodeBuilder> change) {
    Node node =
        change.apply(new NodeBuilder().withNewMetadata().withName("node-a").endMetadata()).build();
    return ClusterObjects.node(node);
  }

  private static NodeBuilder tainted(NodeBuilder node, String key) {
    return node.withNewSpec().addNewTaint("NoSchedule", key, null, "1").endSpec();
  }

  @Test
  @ShowsRules({212, 213, 214})
  void aNodeThatIsAboutToGoIsNotEligibleWhileTheProxyStaysHealthy() {
    health.nodeChanged(node(node -> tainted(node, "ToBeDeletedByClusterAutoscaler")));
    assertThat(get("/healthz"))
        .startsWith("503 ")
        .contains("\"healthy\":true", "\"nodeEligible\":false");
    assertThat(get("/livez")).startsWith("200 ").doesNotContain("nodeEligible");

    health.nodeChanged(node(UnaryOperator.identity()));
    assertThat(get("/healthz")).startsWith("200 ").contains("\"nodeEligible\":true");
  }

  @Test
  @ShowsRules(212)
  void aNodeThatIsDeletedOrMissingIsNotEligible() {
    health.nodeChanged(
        node(
            node ->
                node.editMetadata().withDeletionTimestamp("2026-01-01T00:00:00Z").endMetadata()));
    assertThat(get("/healthz")).startsWith("503 ");
    health.nodeChanged(node(UnaryOperator.identity()));
    assertThat(get("/healthz")).startsWith("200 ");
    health.nodeChanged(RegisteredNode.UNKNOWN);
    assertThat(get("/healthz")).startsWith("503 ");
  }

  @Test
  @ShowsRules(212)
  void cordoningAndOtherTaintsDoNotMatter() {
    health.nodeChanged(node(node -> node.withNewSpec().withUnschedulable(true).endSpec()));
    assertThat(get("/healthz")).startsWith("200 ");
    health.nodeChanged(node(node -> tainted(node, "node.kubernetes.io/unschedulable")));
    assertThat(get("/healthz")).startsWith("200 ");
  }
}
