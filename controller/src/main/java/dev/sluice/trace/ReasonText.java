// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trace;

import dev.sluice.bpf.Reason;

/**
 * A reason as a sentence.
 *
 * @param advice what the operator can do; null where there is nothing to mend
 */
record ReasonText(String meaning, String advice) {

  static ReasonText of(Reason reason) {
    return switch (reason) {
      case PASS_NOT_IP -> passed("It is neither IPv4 nor IPv6.");
      case PASS_TRUNCATED -> passed("Its headers do not fit the packet.");
      case PASS_VLAN -> passed("It is tagged; the VLAN device's own program looks at it.");
      case PASS_PROTOCOL -> passed("Its protocol is none that is translated here.");
      case PASS_FRAGMENT -> passed("It is a later fragment, and its ports are not known.");
      case PASS_NOT_SERVICE ->
          new ReasonText(
              "The destination is no Service's here; the packet goes on as it came.",
              "If it should be one's, see 'sluice services' and the problems of 'sluice status'.");
      case PASS_NO_FLOW ->
          passed("It belongs to a Service, but is no connection's first packet and has no flow.");
      case PASS_OTHER_HOOK -> passed("Its flow is translated at another hook than this one.");
      case PASS_LEFT_TO_PACKETS ->
          passed("The socket hook leaves this call alone; only the packet path can decide it.");
      case PASS_OTHER_HOST ->
          passed("Its link header is to another host; a switch sent it here, too.");
      case PASS_LEFT_TO_TC -> passed("XDP leaves it alone; the program on tc decides it.");
      case OPENED_LOCAL ->
          passed("A new flow: the destination becomes the backend, the client's address stays.");
      case OPENED_REMOTE ->
          passed(
              "A new flow: both sides are translated, as the backend's answer must come back here.");
      case OPENED_HAIRPIN ->
          passed("A new flow of a pod that reaches itself: both sides are translated.");
      case RESTORED -> passed("A flow that had been lost is made again from the Maglev table.");
      case FORWARDED -> passed("A later packet of a flow: it goes to the flow's backend.");
      case REPLIED -> passed("An answer of a flow's backend: the client sees the Service.");
      case CONNECTED -> passed("The socket is connected to the backend at once.");
      case NAMED -> passed("The socket is told the Service's address as its peer.");
      case ERROR_TRANSLATED -> passed("An ICMP error about a flow's packet.");
      case REJECT_NO_BACKEND ->
          new ReasonText(
              "The client is told at once: the Service has no usable endpoint anywhere, or no port"
                  + " like this.",
              "Check the port, the Service's selector and whether its pods are ready.");
      case REJECT_NO_PORT ->
          new ReasonText(
              "The client is told: every source port towards this backend is taken.",
              "Give 'sluice run' a longer --snat-ports range.");
      case REJECT_FULL ->
          new ReasonText(
              "The client is told: the flow table is full and this flow needs source NAT.",
              "Give 'sluice run' more --flows.");
      case REJECT_TOO_BIG ->
          new ReasonText(
              "The sender is told: it is larger than the MTU towards the backend.",
              "Nothing is wrong if the sender then sends smaller packets; else see who drops ICMP.");
      case DROP_NO_BACKEND ->
          new ReasonText(
              "Dropped in silence: the Service has endpoints, but none that its traffic policy"
                  + " allows here.",
              "Run an endpoint on this node, or set the traffic policy to Cluster.");
      case DROP_STALE_REPLY ->
          passed("Dropped: an answer to a client that has moved to another source port.");
      case DROP_NO_ROUTE ->
          new ReasonText(
              "Dropped: this node has no route to the backend, or no address towards it.",
              "Check the routes of this node ('ip route get' the backend) and ip_forward.");
      case DROP_TTL -> passed("Dropped: its hop limit is used up.");
      case DROP_SOURCE ->
          new ReasonText(
              "Dropped in silence: the source is not in the Service's loadBalancerSourceRanges.",
              "Add the client's network there if it is to be admitted.");
      case DROP_UNALLOCATED ->
          new ReasonText(
              "Dropped in silence: an address of the service CIDR that no Service has.",
              "Check the address; the Service may be gone.");
      case COUNT -> throw new IllegalArgumentException("no reason but their number");
    };
  }

  private static ReasonText passed(String meaning) {
    return new ReasonText(meaning, null);
  }
}
