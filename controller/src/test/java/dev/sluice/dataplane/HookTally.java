// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bpf.Reason;
import dev.sluice.dataplane.Conversation.State;
import dev.sluice.dataplane.NodeUnderTest.Outcome;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import dev.sluice.packets.Sent;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What random packets have met: a comparison of packets that both hooks pass shows nothing. */
final class HookTally {
  /** The share of cases, in percent, in which XDP must have sent some packet on. */
  private static final int SHARE = 20;

  /** How often everything must have happened that is listed here. */
  private static final int SEEN = 5;

  private static final String TO_ITS_OWN_DEVICE = "by the device it came by";
  private static final String AS_LONG_AS_ALLOWED = "as long as the MTU";
  private static final String ZERO_AVOIDED = "UDP with a checksum that came out as 0";
  private static final String NO_CHECKSUM = "UDP without checksum";

  private static final Set<Reason> LEFT_TO_TC =
      EnumSet.of(
          Reason.PASS_NOT_SERVICE,
          Reason.PASS_TRUNCATED,
          Reason.PASS_PROTOCOL,
          Reason.PASS_FRAGMENT,
          Reason.PASS_NO_FLOW,
          Reason.PASS_OTHER_HOOK,
          Reason.OPENED_LOCAL,
          Reason.OPENED_REMOTE,
          Reason.OPENED_HAIRPIN,
          Reason.FORWARDED,
          Reason.REPLIED,
          Reason.ERROR_TRANSLATED,
          Reason.REJECT_NO_PORT,
          Reason.REJECT_TOO_BIG,
          Reason.DROP_NO_ROUTE,
          Reason.DROP_TTL);

  private final Map<String, Integer> sentByXdp = new TreeMap<>();
  private final Map<Reason, Integer> leftToTc = new EnumMap<>(Reason.class);
  private int cases;
  private int casesWithXdp;

  /** A case has ended. */
  void ended(boolean xdpHasSent) {
    cases++;
    casesWithXdp += xdpHasSent ? 1 : 0;
  }

  /** XDP has sent a packet on. */
  void sentByXdp(Conversation conversation, Sent packet, Outcome sent, Spot target) {
    traits(conversation, packet, sent, target)
        .forEach(trait -> sentByXdp.merge(trait, 1, Integer::sum));
  }

  /** XDP has passed a packet on to tc, which gave this reason. */
  void leftToTc(Reason reason) {
    leftToTc.merge(reason, 1, Integer::sum);
  }

  private static List<String> traits(
      Conversation conversation, Sent packet, Outcome sent, Spot target) {
    List<String> traits = new ArrayList<>();
    traits.add(kind(conversation.family(), conversation.protocol(), sent.reason()));
    traits.add(to(target));
    traits.add(when(conversation.state()));
    if (sent.fate() == Fate.SENT_BACK) {
      traits.add(TO_ITS_OWN_DEVICE);
    }
    if (packet.bytes().length == target.mtu()) {
      traits.add(AS_LONG_AS_ALLOWED);
    }
    if (conversation.protocol() == Protocol.UDP && target != Spot.TAGGED) {
      int checksum = (conversation.family() == IpFamily.IPV4 ? 20 : 40) + 6;
      byte[] bytes = sent.bytes();
      if (bytes[checksum] == 0 && bytes[checksum + 1] == 0) {
        traits.add(NO_CHECKSUM);
      } else if (bytes[checksum] == -1 && bytes[checksum + 1] == -1) {
        traits.add(ZERO_AVOIDED);
      }
    }
    return traits;
  }

  private static String kind(IpFamily family, Protocol protocol, Reason reason) {
    return family + " " + protocol + " " + reason;
  }

  private static String to(Spot target) {
    return "to " + target;
  }

  private static String when(State state) {
    return "when " + state;
  }

  /** All that XDP must have sent on. */
  private static List<String> wantedOfXdp() {
    List<String> wanted =
        new ArrayList<>(List.of(TO_ITS_OWN_DEVICE, AS_LONG_AS_ALLOWED, ZERO_AVOIDED, NO_CHECKSUM));
    for (IpFamily family : IpFamily.values()) {
      for (Protocol protocol : List.of(Protocol.TCP, Protocol.UDP)) {
        wanted.add(kind(family, protocol, Reason.FORWARDED));
        wanted.add(kind(family, protocol, Reason.REPLIED));
      }
    }
    for (Spot spot : Spot.values()) {
      if (spot.isReachedByXdp()) {
        wanted.add(to(spot));
      }
    }
    EnumSet.range(State.ANSWERED, State.BACKEND_GONE).forEach(state -> wanted.add(when(state)));
    return wanted;
  }

  void assertEverythingWasTried() {
    assertThat(100 * casesWithXdp / cases)
        .as("percent of cases where XDP has sent a packet on")
        .isGreaterThanOrEqualTo(SHARE);
    for (String trait : wantedOfXdp()) {
      assertThat(sentByXdp.getOrDefault(trait, 0))
          .as("packets that XDP sent on: " + trait)
          .isGreaterThanOrEqualTo(SEEN);
    }
    for (Reason reason : LEFT_TO_TC) {
      assertThat(leftToTc.getOrDefault(reason, 0))
          .as("packets that XDP left to tc: " + reason)
          .isGreaterThanOrEqualTo(SEEN);
    }
  }

  @Override
  public String toString() {
    return "%d cases, XDP sent packets on in %d; sent on: %s; left to tc: %s"
        .formatted(cases, casesWithXdp, sentByXdp, leftToTc);
  }
}
