// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.attach.SocketHooks;
import dev.sluice.model.IpAddress;
import dev.sluice.model.Protocol;
import dev.sluice.trial.Origin;
import dev.sluice.trial.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Traces through the real programs, beside a data plane that plays a running agent's. */
class TracerTest {
  private static final String POD = "10.1.0.4";
  private static final String STRANGER = "203.0.113.9";
  private static final String NODE = "198.51.100.1";

  private TracedNode node;

  @BeforeEach
  void start() {
    node = new TracedNode();
  }

  @AfterEach
  void stop() {
    if (node != null) {
      node.close();
    }
  }

  private Explanation tcp(String source, String destination, int port) {
    return node.explain(Protocol.TCP, source, 0, destination, port);
  }

  private Explanation ask(String source, Optional<Origin> from, Optional<String> device) {
    return node.explain(
        new Question(
            Protocol.TCP,
            IpAddress.parse(source),
            0,
            IpAddress.parse("10.96.0.1"),
            80,
            from,
            device));
  }

  @Test
  void nothingThatPacketsWriteToIsChangedByTraces() {
    node.connect(Origin.EXTERNAL, STRANGER, 5000, "192.0.2.80", 80);
    node.connect(Origin.POD, POD, 5001, "10.96.0.4", 80);
    node.connect(Origin.POD, POD, 5002, "10.96.0.3", 80);
    Map<String, String> before = node.state();

    node.explain(Protocol.TCP, STRANGER, 5000, "192.0.2.80", 80);
    node.explain(Protocol.TCP, STRANGER, 5003, "192.0.2.80", 80);
    tcp(POD, "10.96.0.4", 80);
    tcp("10.1.0.6", "10.96.0.4", 80);
    tcp(POD, "10.96.0.3", 80);
    tcp("fd00:1::4", "fd00:96::1", 80);
    tcp(NODE, "10.96.0.1", 80);
    tcp(NODE, "10.96.0.4", 80);
    tcp(POD, "10.96.0.200", 80);

    assertThat(before).isNotEmpty();
    assertThat(node.state()).isEqualTo(before);
  }

  @Test
  void aPodIsKnownByTheDeviceThatItsAddressIsRoutedOver() {
    Explanation trace = tcp(POD, "10.96.0.1", 80);

    assertThat(trace.wayIn())
        .isEqualTo(
            new Explanation.WayIn("pod", true, "inside", "pod", "10.1.0.4 is routed over it"));
    assertThat(trace.frontend())
        .isEqualTo(new Explanation.Frontend("cluster_ip", "10.96.0.1:80", "web", "shop", "http"));
    assertThat(trace.list().side()).isEqualTo("internal");
    assertThat(trace.list().reason()).isEqualTo("ready");
    assertThat(trace.list().candidates())
        .containsExactly(
            new Explanation.Candidate("10.1.0.5:8080", true),
            new Explanation.Candidate("10.1.9.5:8080", false));
    assertThat(trace.backend().by()).isEqualTo("random");
    assertThat(trace.backend().candidates()).isEqualTo(2);
    assertThat(List.of("10.1.0.5:8080", "10.1.9.5:8080")).contains(trace.backend().address());
    assertThat(trace.verdict().reason()).isEqualTo("opened_local");
    assertThat(trace.verdict().outcome()).isEqualTo("forward");
    assertThat(trace.translation().destinationAfter()).isEqualTo(trace.backend().address());
    assertThat(trace.translation().sourceAfter()).isEqualTo("10.1.0.4:40000");
    assertThat(trace.translation().leavesBy())
        .isEqualTo(trace.backend().local() ? "inside" : "outside");
    assertThat(trace.flow()).isNull();
  }

  @Test
  void maglevsChoiceIsTheOneThatTheRunningProgramMakes() {
    for (int port = 5000; port < 5032; port++) {
      Explanation trace = node.explain(Protocol.TCP, STRANGER, port, "192.0.2.80", 80);
      Outcome real = node.connect(Origin.EXTERNAL, STRANGER, port, "192.0.2.80", 80);

      assertThat(trace.backend().by()).isEqualTo("maglev");
      if (trace.backend().local()) {
        assertThat(real.backends()).containsExactly(trace.backend().address());
      } else {
        assertThat(trace.verdict().reason()).isEqualTo("opened_remote");
        assertThat(trace.translation().sourceAfter()).isEqualTo(NODE + ":61000");
        assertThat(trace.translation().apply()).isEqualTo("ingress_redirect");
      }
    }
  }

  @Test
  void aFlowThatIsThereDecides() {
    Outcome real = node.connect(Origin.POD, POD, 5000, "10.96.0.1", 80);

    for (int time = 0; time < 16; time++) {
      Explanation trace = node.explain(Protocol.TCP, POD, 5000, "10.96.0.1", 80);

      assertThat(trace.flow().state()).isEqualTo("embryo");
      assertThat(trace.flow().direction()).isEqualTo("original");
      assertThat(trace.flow().lastSeenSeconds()).isBetween(0.0, 30.0);
      assertThat(trace.verdict().reason()).isEqualTo("forwarded");
      assertThat(trace.backend().by()).isEqualTo("flow");
      assertThat(real.backends()).containsExactly(trace.backend().address());
      assertThat(trace.list()).isNull();
    }
  }

  @Test
  void withoutASourcePortOneIsTakenThatNoFlowHas() {
    node.connect(Origin.POD, POD, 40000, "10.96.0.1", 80);

    Explanation trace = tcp(POD, "10.96.0.1", 80);

    assertThat(trace.packet().source()).isEqualTo("10.1.0.4:40001");
    assertThat(trace.packet().sourcePortAssumed()).isTrue();
    assertThat(trace.verdict().reason()).isEqualTo("opened_local");
  }

  @Test
  void aPinnedClientKeepsItsBackend() {
    Outcome real = node.connect(Origin.POD, POD, 5000, "10.96.0.4", 80);

    for (int time = 0; time < 16; time++) {
      Explanation trace = tcp(POD, "10.96.0.4", 80);

      assertThat(trace.backend().by()).isEqualTo("pin");
      assertThat(trace.backend().pinAgeSeconds()).isBetween(0.0, 60.0);
      assertThat(real.backends()).containsExactly(trace.backend().address());
    }
    assertThat(tcp("10.1.0.6", "10.96.0.4", 80).backend().by()).isEqualTo("random");
  }

  @Test
  void whatIsRefusedIsExplained() {
    assertThat(tcp(POD, "10.96.0.3", 80).verdict().reason()).isEqualTo("reject_no_backend");
    assertThat(tcp(POD, "10.96.0.3", 80).list().reason()).isEqualTo("none_anywhere");
    assertThat(tcp(STRANGER, "192.0.2.81", 80).verdict().reason()).isEqualTo("drop_source");
    assertThat(tcp("198.18.0.9", "192.0.2.81", 80).verdict().outcome()).isEqualTo("forward");
    assertThat(tcp(POD, "10.96.0.200", 80).verdict().reason()).isEqualTo("drop_unallocated");
    Explanation closed = tcp(POD, "10.96.0.1", 81);
    assertThat(closed.verdict().reason()).isEqualTo("reject_no_backend");
    assertThat(closed.frontend().kind()).isEqualTo("closed_address");
    assertThat(closed.list()).isNull();
    assertThat(tcp(POD, "10.1.9.5", 80).verdict().reason()).isEqualTo("pass_not_service");
  }

  @Test
  void theListSaysWhyItIsAsked() {
    Explanation outside = tcp(STRANGER, NODE, 30081);
    assertThat(outside.verdict().reason()).isEqualTo("drop_no_backend");
    assertThat(outside.list().list()).isEqualTo("local");
    assertThat(outside.list().reason()).isEqualTo("none_here");
    assertThat(outside.list().side()).isEqualTo("external");

    Explanation inside = tcp(POD, NODE, 30081);
    assertThat(inside.verdict().outcome()).isEqualTo("forward");
    assertThat(inside.list().list()).isEqualTo("cluster");
    assertThat(inside.list().policy())
        .isEqualTo(
            "externalTrafficPolicy Local, short-circuited for 10.1.0.4, a pod by the local-traffic"
                + " detector");

    Explanation leaving = tcp(POD, "10.96.0.5", 80);
    assertThat(leaving.list().reason()).isEqualTo("terminating_fallback");
    assertThat(leaving.backend().address()).isEqualTo("10.1.0.7:8080");
  }

  @Test
  void aPodMayReachItself() {
    Explanation trace = tcp("10.1.0.7", "10.96.0.5", 80);

    assertThat(trace.verdict().reason()).isEqualTo("opened_hairpin");
    assertThat(trace.translation().leavesBy()).isEqualTo("inside");
    assertThat(trace.translation().apply()).isEqualTo("ingress_hairpin");
  }

  @Test
  void theNodesOwnSocketsAreAskedOfTheHooks() {
    Explanation connected = tcp(NODE, "10.96.0.1", 80);
    assertThat(connected.wayIn().from()).isEqualTo("node");
    assertThat(connected.wayIn().device()).isNull();
    assertThat(connected.verdict().reason()).isEqualTo("connected");
    assertThat(List.of("10.1.0.5:8080", "10.1.9.5:8080")).contains(connected.backend().address());
    assertThat(connected.translation().hook()).isEqualTo("socket");

    Explanation ipv6 = tcp("2001:db8:1::1", "fd00:96::1", 80);
    assertThat(ipv6.verdict().reason()).isEqualTo("connected");
    assertThat(List.of("[fd00:1::5]:8080", "[fd00:1:9::5]:8080"))
        .contains(ipv6.backend().address());

    assertThat(tcp(NODE, "10.96.0.3", 80).verdict().reason()).isEqualTo("reject_no_backend");
    assertThat(tcp(NODE, "10.96.0.200", 80).verdict().reason()).isEqualTo("drop_unallocated");
    assertThat(tcp(NODE, "127.0.0.1", 80).verdict().reason()).isEqualTo("pass_not_service");
    assertThat(node.explain(Protocol.UDP, NODE, 0, "10.96.0.2", 53).verdict().reason())
        .isEqualTo("connected");
    assertThat(node.explain(Protocol.SCTP, NODE, 0, "10.96.0.2", 53).verdict().reason())
        .isEqualTo("pass_protocol");
  }

  @Test
  void withoutSocketHooksTheNodesSocketsAreLeftAlone() {
    node.setSocketHooks(SocketHooks.OFF);

    Explanation trace = tcp(NODE, "10.96.0.1", 80);

    assertThat(trace.verdict().outcome()).isEqualTo("pass");
    assertThat(trace.notes()).singleElement().asString().contains("--socket-hooks");
  }

  @Test
  void aPodsOwnSocketIsSpokenOf() {
    assertThat(tcp(POD, "10.96.0.1", 80).notes()).singleElement().asString().contains("connects");
    assertThat(tcp(POD, "10.96.0.4", 80).notes()).isEmpty();
  }

  @Test
  void aQuestionThatDoesNotFitTheNodeIsRefused() {
    assertThatThrownBy(() -> ask(POD, Optional.empty(), Optional.of("eth7")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("this node has no device 'eth7'; those with programs: inside, outside");
    assertThatThrownBy(() -> ask(POD, Optional.empty(), Optional.of("lo")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("carries no programs");
    assertThatThrownBy(() -> ask(POD, Optional.of(Origin.EXTERNAL), Optional.of("inside")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a packet that enters by inside (pod) is from 'pod', not from 'external'");
    assertThatThrownBy(() -> ask(NODE, Optional.of(Origin.NODE), Optional.of("inside")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("leave --device out");
  }

  @Test
  void whereAPacketComesFromCanBeSaid() {
    Explanation asStranger = ask(POD, Optional.of(Origin.EXTERNAL), Optional.empty());
    assertThat(asStranger.wayIn().device()).isEqualTo("outside");
    assertThat(asStranger.wayIn().assumed()).isFalse();

    Explanation byDevice = ask(STRANGER, Optional.empty(), Optional.of("inside"));
    assertThat(byDevice.wayIn().from()).isEqualTo("pod");
    assertThat(byDevice.list().side()).isEqualTo("internal");
  }

  @Test
  void aTraceTakesLessThanASecondOnceTheProgramsAreLoaded() {
    long start = System.nanoTime();
    tcp(POD, "10.96.0.1", 80);
    long loaded = System.nanoTime();
    tcp(POD, "10.96.0.1", 80);
    long end = System.nanoTime();

    System.out.printf(
        "trace: %d ms with loading, %d ms once loaded%n",
        (loaded - start) / 1_000_000, (end - loaded) / 1_000_000);
    assertThat(end - loaded).isLessThan(1_000_000_000L);
  }
}
