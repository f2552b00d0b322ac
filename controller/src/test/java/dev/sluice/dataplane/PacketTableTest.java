// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bpf.Hook;
import dev.sluice.bpf.Reason;
import dev.sluice.compatibility.ShowsRules;
import dev.sluice.dataplane.NodeUnderTest.Outcome;
import dev.sluice.dataplane.PacketCase.Arrival;
import dev.sluice.dataplane.PacketCase.Change;
import dev.sluice.dataplane.PacketCase.Step;
import dev.sluice.model.IpFamily;
import dev.sluice.packets.Sent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs the {@link PacketTable} through the real programs, by every {@link Delivery}. */
@ShowsRules(22)
class PacketTableTest {
  private final List<NodeUnderTest> nodes = new ArrayList<>();

  @AfterEach
  void removeNodes() {
    nodes.forEach(NodeUnderTest::close);
  }

  @TestFactory
  Stream<DynamicContainer> inTestRunsOfEthernetFrames() {
    return table(Delivery.TEST_RUN);
  }

  @TestFactory
  Stream<DynamicContainer> onVirtualEthernetDevices() {
    return table(Delivery.ETHERNET);
  }

  @TestFactory
  Stream<DynamicContainer> onTunDevicesWithoutLinkHeader() {
    return table(Delivery.TUN);
  }

  private Stream<DynamicContainer> table(Delivery delivery) {
    NodeUnderTest node = new NodeUnderTest(delivery);
    nodes.add(node);
    return Arrays.stream(IpFamily.values())
        .map(
            family ->
                DynamicContainer.dynamicContainer(
                    family.name(),
                    PacketTable.cases(family).stream()
                        .filter(row -> row.deliveries().contains(delivery))
                        .map(
                            row ->
                                DynamicTest.dynamicTest(row.toString(), () -> play(row, node)))));
  }

  private static void play(PacketCase row, NodeUnderTest node) {
    node.reset();
    for (Step step : row.steps()) {
      switch (step) {
        case Change change -> change.change().accept(node);
        case Arrival arrival -> check(row, arrival, node);
      }
    }
  }

  private static void check(PacketCase row, Arrival arrival, NodeUnderTest node) {
    Fate fate = arrival.result().fate();
    Outcome outcome = deliver(arrival, node);
    if (outcome.reason() == Reason.PASS_LEFT_TO_TC && arrival.reason() != outcome.reason()) {
      // XDP leaves a packet of a flow to tc now and then, which notes the next hop for the next
      // one.
      node.deliver(Hook.TC_INGRESS, arrival.place(), arrival.packet(), true);
      outcome = deliver(arrival, node);
    }
    String what = row + ": " + arrival.hook() + " of " + arrival.place() + ": " + arrival.packet();
    assertThat(outcome.reason()).as(what).isEqualTo(arrival.reason());
    assertThat(outcome.fate()).as(what).isEqualTo(fate);
    if (outcome.by().isPresent()) {
      assertThat(outcome.by()).as(what).isEqualTo(arrival.result().by());
    }
    if (fate != Fate.DROPPED) {
      Sent expected = arrival.result().packet().orElse(arrival.packet());
      assertThat(hex(outcome.bytes()))
          .as(what + " becomes " + expected)
          .isEqualTo(hex(expected.bytes()));
    }
  }

  private static Outcome deliver(Arrival arrival, NodeUnderTest node) {
    boolean patient = arrival.result().fate() != Fate.DROPPED;
    return node.deliver(arrival.hook(), arrival.place(), arrival.packet(), patient);
  }

  /** Sixteen bytes a line, so that a difference is easy to find. */
  private static String hex(byte[] bytes) {
    StringBuilder lines = new StringBuilder();
    for (int at = 0; at < bytes.length; at += 16) {
      byte[] line = Arrays.copyOfRange(bytes, at, Math.min(at + 16, bytes.length));
      lines.append("%04x  ".formatted(at));
      lines.append(HexFormat.ofDelimiter(" ").formatHex(line)).append('\n');
    }
    return lines.toString();
  }
}
