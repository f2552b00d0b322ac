// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bpf.Hook;
import dev.sluice.bpf.Reason;
import dev.sluice.dataplane.HookCases.HookCase;
import dev.sluice.dataplane.NodeUnderTest.Outcome;
import dev.sluice.node.UnlessProgramsCannotRun;
import dev.sluice.packets.Sent;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * A node with XDP does with random packets what one without does: the same verdict for the same
 * reason, the same bytes from the IP header on, and the same flows afterwards.
 */
@AddLifecycleHook(UnlessProgramsCannotRun.class)
class HookAgreementTest {
  static final int CASES = 5000;

  private static final int TAG_LENGTH = 4;

  /** After so many packets, on average, XDP must look next hops up again. */
  private static final int NEXT_HOPS_LAST = 4;

  private static TwinNodes nodes;
  private static HookTally tally;

  @BeforeContainer
  static void load() {
    nodes = new TwinNodes();
    tally = new HookTally();
  }

  @AfterContainer
  static void close() {
    if (nodes != null) {
      nodes.close();
    }
  }

  @Provide
  Arbitrary<HookCase> cases() {
    return HookCases.cases();
  }

  @AddLifecycleHook(EverythingWasTried.class)
  @Property(tries = CASES, edgeCases = EdgeCasesMode.NONE)
  void xdpAndTcTogetherDoWhatTcDoes(@ForAll("cases") HookCase hookCase) {
    nodes.inNetwork(() -> play(hookCase));
  }

  private static void play(HookCase hookCase) {
    Conversation conversation = hookCase.conversation();
    nodes.begin(conversation);
    Set<Integer> common = nodes.flows().created();
    boolean xdpHasSent = false;
    for (RandomPacket packet : hookCase.packets()) {
      if (packet.seed() % NEXT_HOPS_LAST == 0) {
        nodes.forgetNextHops();
      }
      xdpHasSent |= compare(conversation, packet.device(conversation), packet.in(conversation));
      nodes.flows().assertLike(nodes.flowsOfSecond(), common);
    }
    tally.ended(xdpHasSent);
  }

  /** Returns whether XDP has sent the packet on. */
  private static boolean compare(Conversation conversation, Place place, Sent packet) {
    FlowImage before = nodes.flowsOfSecond();
    Outcome byXdp = nodes.onSecond(Hook.XDP, place, packet);
    if (byXdp.fate() != Fate.HANDED_ON) {
      compareSent(conversation, place, packet, byXdp);
      return true;
    }
    assertThat(hex(byXdp.bytes())).as("passed on as it came").isEqualTo(hex(packet.bytes()));
    assertThat(nodes.flowsOfSecond()).as("flows that XDP has left to tc").isEqualTo(before);
    if (isCutInItsHeader(packet)) {
      assertThat(byXdp.reason()).isEqualTo(Reason.PASS_TRUNCATED);
    } else {
      comparePassed(place, packet);
    }
    return false;
  }

  private static void comparePassed(Place place, Sent packet) {
    Outcome expected = nodes.onTc(place, packet);
    Outcome found = nodes.onSecond(Hook.TC_INGRESS, place, packet);
    assertThat(found.reason()).isEqualTo(expected.reason());
    assertThat(found.fate()).isEqualTo(expected.fate());
    assertThat(hex(found.bytes())).isEqualTo(hex(expected.bytes()));
    tally.leftToTc(found.reason());
  }

  private static void compareSent(
      Conversation conversation, Place place, Sent packet, Outcome byXdp) {
    Outcome expected = nodes.onTc(place, packet);
    assertThat(byXdp.reason()).isEqualTo(expected.reason());
    assertThat(expected.fate()).isEqualTo(Fate.SENT_ON);
    Spot target =
        byXdp.reason() == Reason.REPLIED ? conversation.clients() : conversation.backends();
    assertThat(byXdp.fate())
        .as("where it leaves")
        .isEqualTo(target.device() == place ? Fate.SENT_BACK : Fate.SENT_ON);
    assertThat(hex(untagged(byXdp.bytes(), packet, target))).isEqualTo(hex(expected.bytes()));
    tally.sentByXdp(conversation, packet, byXdp, target);
  }

  /** The kernel refuses to run tc programs on such packets. */
  private static boolean isCutInItsHeader(Sent packet) {
    return switch (packet.etherType()) {
      case 0x0800 -> packet.bytes().length < 20;
      case 0x86dd -> packet.bytes().length < 40;
      default -> false;
    };
  }

  /** The packet behind its VLAN tag, if it is to have one. */
  private static byte[] untagged(byte[] bytes, Sent packet, Spot target) {
    if (target != Spot.TAGGED) {
      return bytes;
    }
    byte[] tag =
        ByteBuffer.allocate(TAG_LENGTH)
            .putShort((short) Spot.VLAN)
            .putShort((short) packet.etherType())
            .array();
    assertThat(hex(Arrays.copyOf(bytes, TAG_LENGTH))).as("VLAN tag").isEqualTo(hex(tag));
    return Arrays.copyOfRange(bytes, TAG_LENGTH, bytes.length);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  /** Fails the property if its cases were not worth their while. */
  static final class EverythingWasTried implements AroundPropertyHook {
    @Override
    public PropertyExecutionResult aroundProperty(
        PropertyLifecycleContext context, PropertyExecutor property) {
      long started = System.nanoTime();
      PropertyExecutionResult result = property.execute();
      Duration took = Duration.ofNanos(System.nanoTime() - started);
      System.out.println(tally + " in " + took.toSeconds() + " s");
      if (result.status() != PropertyExecutionResult.Status.SUCCESSFUL) {
        return result;
      }
      try {
        tally.assertEverythingWasTried();
        return result;
      } catch (AssertionError e) {
        return result.mapToFailed(e);
      }
    }
  }
}
