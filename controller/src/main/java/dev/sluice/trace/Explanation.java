// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trace;

import java.util.List;

/**
 * What one packet meets and why, as {@code sluice trace -o json} prints it. Words are in lower
 * case; {@code address:port} stands for both.
 *
 * @param frontend null if the destination is none
 * @param list null if no list was asked
 * @param backend null if the packet is not forwarded
 * @param translation null if the packet is not forwarded
 * @param flow the flow that the agent has for this packet already; null if none
 * @param notes what else one should know, a sentence each
 */
public record Explanation(
    Packet packet,
    WayIn wayIn,
    Frontend frontend,
    EndpointList list,
    Choice backend,
    Translation translation,
    Flow flow,
    Verdict verdict,
    List<String> notes) {

  /**
   * The packet.
   *
   * @param kind what of a connection it is
   * @param sourcePortAssumed the question named none
   */
  public record Packet(
      String protocol, String source, String destination, String kind, boolean sourcePortAssumed) {}

  /**
   * Where it comes from.
   *
   * @param from pod, node or external
   * @param assumed the question did not say
   * @param device null for a socket of the node
   * @param role of the device; null for a socket of the node
   */
  public record WayIn(String from, boolean assumed, String device, String role, String why) {}

  /**
   * What is called.
   *
   * @param kind cluster_ip, load_balancer, external_ip, node_port or closed_address
   * @param port the Service port's name; "" for the unnamed one
   */
  public record Frontend(
      String kind, String address, String namespace, String service, String port) {}

  /**
   * The endpoints that a new connection is given to.
   *
   * @param side internal or external: the one for clients of this node, or the one for all others
   * @param list cluster or local
   * @param policy why this list is asked
   * @param reason ready, node_hints, zone_hints, terminating_fallback, none_here or none_anywhere
   * @param why the reason as a sentence
   * @param algorithm random or maglev
   * @param affinitySeconds 0 for no session affinity
   */
  public record EndpointList(
      String side,
      String list,
      String policy,
      String reason,
      String why,
      String algorithm,
      int affinitySeconds,
      List<Candidate> candidates) {}

  /** A backend that could be chosen. */
  public record Candidate(String address, boolean local) {}

  /**
   * The backend.
   *
   * @param by random, maglev, pin or flow
   * @param pinAgeSeconds since the client's last new connection; null unless chosen by its pin
   */
  public record Choice(
      String address, boolean local, String by, int candidates, Double pinAgeSeconds, String why) {}

  /**
   * What the packet becomes.
   *
   * @param sourceAfter null for a socket: the kernel has not chosen its source yet
   * @param apply the entry's word, such as {@code ingress_local}; null for a socket
   * @param leavesBy a device; null if not known
   */
  public record Translation(
      String sourceBefore,
      String destinationBefore,
      String sourceAfter,
      String destinationAfter,
      String hook,
      String apply,
      String leavesBy) {}

  /**
   * A flow of the running agent.
   *
   * @param state embryo or established
   * @param direction original or reply
   * @param lastSeenSeconds since its last packet, to the precision of the time stamps
   * @param closing a FIN or a reset came this way
   */
  public record Flow(
      String state,
      String direction,
      double lastSeenSeconds,
      String backend,
      boolean closing,
      String apply) {}

  /**
   * What becomes of the packet.
   *
   * @param outcome forward, reject, drop or pass
   * @param reason as the counters call it
   * @param advice what to do; null if nothing is wrong
   */
  public record Verdict(String outcome, String reason, String meaning, String advice) {}
}
