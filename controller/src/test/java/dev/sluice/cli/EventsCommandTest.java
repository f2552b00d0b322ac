// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.bpf.Hook;
import dev.sluice.bpf.Pressure;
import dev.sluice.bpf.Reason;
import dev.sluice.dataplane.DataplaneEvent;
import dev.sluice.dataplane.DataplaneEvent.Ends;
import dev.sluice.dataplane.DataplaneEvent.Signal;
import dev.sluice.dataplane.DataplaneEvent.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Events as lines. */
class EventsCommandTest {
  /** As the admin socket gives them out. */
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
          .build();

  private static String text(DataplaneEvent event, String device) {
    String line = EventsCommand.text(JSON.valueToTree(EventReport.Line.of(1, event, device)));
    return line.substring(line.indexOf(' ') + 1);
  }

  @Test
  void aPacketIsShownWithReasonHookDeviceAndTuple() {
    Verdict dropped =
        new Verdict(
            System.nanoTime(),
            Hook.TC_INGRESS,
            Reason.DROP_SOURCE,
            7,
            Optional.of(new Ends(6, Optional.of("[fd00::1]:4001"), "[fd00:96::1]:80")));
    assertThat(text(dropped, "eth0"))
        .isEqualTo(
            "verdict drop_source at tc_ingress of eth0: TCP [fd00::1]:4001 > [fd00:96::1]:80");
  }

  @Test
  void aSocketsCallHasNeitherDeviceNorSource() {
    Verdict refused =
        new Verdict(
            System.nanoTime(),
            Hook.SOCKET,
            Reason.REJECT_NO_BACKEND,
            0,
            Optional.of(new Ends(17, Optional.empty(), "10.96.0.1:53")));
    assertThat(text(refused, "#0"))
        .isEqualTo("verdict reject_no_backend at socket: UDP 10.96.0.1:53");
  }

  @Test
  void aPacketThatIsNotIpHasNoTuple() {
    Verdict passed =
        new Verdict(System.nanoTime(), Hook.TC_EGRESS, Reason.PASS_NOT_IP, 7, Optional.empty());
    assertThat(text(passed, "#7")).isEqualTo("verdict pass_not_ip at tc_egress of #7");
  }

  @Test
  void aSignalIsShownWithWhatToDo() {
    Signal full = new Signal(System.nanoTime(), Pressure.FLOW_FULL);
    assertThat(text(full, "")).startsWith("pressure flow_full: ").contains("--flows");
  }

  @Test
  void theTimeIsThatOfThePacket() {
    Instant before = Instant.now();
    long aMinuteAgo = System.nanoTime() - Duration.ofMinutes(1).toNanos();
    String line =
        EventsCommand.text(
            JSON.valueToTree(
                EventReport.Line.of(1, new Signal(aMinuteAgo, Pressure.FLOW_FULL), "")));
    Instant shown = Instant.parse(line.substring(0, line.indexOf(' ')));
    assertThat(Duration.between(shown, before))
        .isBetween(Duration.ofSeconds(59), Duration.ofSeconds(61));
  }
}
