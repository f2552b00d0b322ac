// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.mockapi.MockApiServer;
import dev.sluice.source.EventRecorder.Event;
import dev.sluice.source.EventRecorder.Severity;
import dev.sluice.source.RecordingListener;
import io.fabric8.kubernetes.client.Config;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ApiEventsTest {
  private static final Event STARTING =
      new Event("Node", "", "node-a", Severity.NORMAL, "Starting", "StartKubeProxy", "");
  private static final Event TAKEN =
      new Event(
          "Service",
          "shop",
          "web",
          Severity.WARNING,
          "FailedToStartServiceHealthcheck",
          "Listen",
          "port 31234 is taken");

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final EventLimiter limiter = new EventLimiter(() -> now);

  @Test
  @ShowsRules({118, 217})
  void whatIsRecordedBeforeTheStartBecomesAnEventOfItsObject() throws Exception {
    try (MockApiServer api = new MockApiServer();
        KubernetesSource source =
            new KubernetesSource(new ApiAccess(List.of(api.url()), Config.empty()), "node-a")) {
      source.events().record(STARTING);
      source.events().record(TAKEN);
      source.start(new RecordingListener());

      io.fabric8.kubernetes.api.model.events.v1.Event node = await(api, "default");
      assertThat(node.getReason()).isEqualTo("Starting");
      assertThat(node.getType()).isEqualTo("Normal");
      assertThat(node.getRegarding().getKind()).isEqualTo("Node");
      assertThat(node.getRegarding().getName()).isEqualTo("node-a");
      assertThat(node.getReportingController()).isEqualTo("sluice");
      assertThat(node.getReportingInstance()).isEqualTo("sluice-node-a");
      assertThat(node.getAction()).isEqualTo("StartKubeProxy");
      assertThat(node.getEventTime().getTime()).matches("\\d{4}-.*\\.\\d{6}Z");

      io.fabric8.kubernetes.api.model.events.v1.Event service = await(api, "shop");
      assertThat(service.getReason()).isEqualTo("FailedToStartServiceHealthcheck");
      assertThat(service.getType()).isEqualTo("Warning");
      assertThat(service.getRegarding().getNamespace()).isEqualTo("shop");
      assertThat(service.getNote()).isEqualTo("port 31234 is taken");
    }
  }

  private static io.fabric8.kubernetes.api.model.events.v1.Event await(
      MockApiServer api, String namespace) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (System.nanoTime() < end) {
      var events = api.client().events().v1().events().inNamespace(namespace).list().getItems();
      if (!events.isEmpty()) {
        return events.getFirst();
      }
      Thread.sleep(20);
    }
    throw new AssertionError("no event in " + namespace);
  }

  @Test
  void theSameEventIsToldOnceInTenMinutes() {
    assertThat(limiter.admits(TAKEN)).isTrue();
    assertThat(limiter.admits(TAKEN)).isFalse();
    assertThat(limiter.admits(STARTING)).isTrue();
    now = now.plus(EventLimiter.SAME_AGAIN);
    assertThat(limiter.admits(TAKEN)).isTrue();
  }

  @Test
  void ofManyEventsOnlyABurstIsToldAndThenOneEachHalfMinute() {
    int told = 0;
    for (int number = 0; number < 100; number++) {
      told += limiter.admits(numbered(number)) ? 1 : 0;
    }
    assertThat(told).isEqualTo(EventLimiter.BURST);
    now = now.plus(Duration.ofSeconds(30));
    assertThat(limiter.admits(numbered(100))).isTrue();
    assertThat(limiter.admits(numbered(101))).isFalse();
  }

  private static Event numbered(int number) {
    return new Event("Node", "", "node-a", Severity.NORMAL, "Reason" + number, "Act", "");
  }
}
