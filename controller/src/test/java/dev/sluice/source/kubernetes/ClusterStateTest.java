// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.model.EndpointSlice;
import dev.sluice.model.IpFamily;
import dev.sluice.source.KubernetesObjects;
import dev.sluice.source.SourceCounts;
import dev.sluice.source.kubernetes.ClusterState.News;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is counted and timed of changes. */
class ClusterStateTest {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant BEFORE = BEGIN.minusSeconds(1);
  private static final Instant AFTER = BEGIN.plusSeconds(1);

  private final ClusterState state = new ClusterState(BEGIN);

  @BeforeEach
  void sync() {
    Arrays.stream(Resource.values()).forEach(state::synced);
  }

  private void putService(String clusterIp) {
    state.put(KubernetesObjects.service(ApiObjects.service("web", clusterIp)));
  }

  private void putSlice(Optional<Instant> trigger, String... addresses) {
    EndpointSlice slice =
        KubernetesObjects.endpointSlice(ApiObjects.slice("web-1", "web", addresses), warning -> {})
            .orElseThrow();
    state.put(slice, trigger);
  }

  private News news() throws InterruptedException {
    return state.await(0);
  }

  @Test
  @ShowsRules({221, 288})
  void changesAreCountedOneByOneAndToldTogether() throws InterruptedException {
    putService("10.96.0.1");
    putService("10.96.0.2");
    putService("10.96.0.2");
    putSlice(Optional.empty(), "10.1.0.1");
    putSlice(Optional.empty(), "10.1.0.2");

    SourceCounts counts = state.changes();
    assertThat(counts.serviceChanges()).isEqualTo(2);
    assertThat(counts.endpointChanges()).isEqualTo(2);
    assertThat(counts.servicesPending()).isEqualTo(1);
    assertThat(counts.endpointsPending()).isEqualTo(1);

    News news = news();
    assertThat(news.services()).hasSize(1);
    assertThat(news.times().seenNanos()).hasSize(1);
    assertThat(state.changes().servicesPending()).isZero();
    assertThat(state.changes().endpointsPending()).isZero();
    assertThat(state.changes().serviceChanges()).isEqualTo(2);
  }

  @Test
  @ShowsRules(219)
  void triggersOfThisAgentsTimeAreToldOnceEach() throws InterruptedException {
    putService("10.96.0.1");
    putSlice(Optional.of(BEFORE), "10.1.0.1");
    putSlice(Optional.of(AFTER), "10.1.0.2");
    putSlice(Optional.of(AFTER.plusSeconds(1)), "10.1.0.2"); // changes nothing
    putSlice(Optional.of(AFTER.plusSeconds(2)), "10.1.0.3");

    assertThat(news().times().triggers())
        .isEqualTo(Map.of(IpFamily.IPV4, List.of(AFTER, AFTER.plusSeconds(2))));
    state.removeSlice("default", "web-1");
    News news = news();
    assertThat(news.services()).hasSize(1);
    assertThat(news.times().triggers()).isEmpty();
  }

  @Test
  @ShowsRules(219)
  void theTriggerIsReadFromTheSlicesAnnotation() {
    var slice = ApiObjects.slice("web-1", "web", "10.1.0.1");
    String key = "endpoints.kubernetes.io/last-change-trigger-time";
    assertThat(KubernetesObjects.lastChangeTrigger(slice)).isEmpty();
    slice.getMetadata().setAnnotations(Map.of(key, "2026-01-01T00:00:01.25+00:00"));
    assertThat(KubernetesObjects.lastChangeTrigger(slice)).contains(AFTER.plusMillis(250));
    slice.getMetadata().setAnnotations(Map.of(key, "yesterday"));
    assertThat(KubernetesObjects.lastChangeTrigger(slice)).isEmpty();
  }

  @Test
  void whatCouldNotBeToldIsToldAgainWithItsTriggers() throws InterruptedException {
    putService("10.96.0.1");
    putSlice(Optional.of(AFTER), "10.1.0.1");
    state.tellAgain(news());
    assertThat(news().times().triggers()).isEqualTo(Map.of(IpFamily.IPV4, List.of(AFTER)));
  }
}
