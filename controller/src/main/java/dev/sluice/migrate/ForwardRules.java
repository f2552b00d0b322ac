// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import java.util.List;

/**
 * What the FORWARD rules of a node mean for Service traffic when Sluice carries it. What comes from
 * outside for a backend on another node does not pass FORWARD any more; what goes to a pod of this
 * node does, with the pod's address as its destination and without kube-proxy's mark.
 */
final class ForwardRules {
  /** Stands in a command where the pods' network is not known. */
  static final String UNKNOWN_NETWORK = "POD-NETWORK";

  private ForwardRules() {}

  static Finding ofOthers(String where, int count, String first) {
    return Finding.note(
        where,
        count,
        "%s of others, such as %s".formatted(Advice.count(count, "rule"), first),
        "what enters this node for a Service's backend on another node no longer meets them here"
            + " (it does on the backend's node): what they must stop belongs into a network policy");
  }

  /**
   * @param commands that let it pass; none if it does already
   */
  static Finding ofDropPolicy(String where, List<String> commands) {
    if (commands.isEmpty()) {
      return Finding.clear(where, "drops by default, and has rules that let pods' traffic pass");
    }
    String network =
        commands.stream().anyMatch(command -> command.contains(UNKNOWN_NETWORK))
            ? " (" + UNKNOWN_NETWORK + ": the network of the pods; --cluster-cidr names it)"
            : "";
    return Finding.todo(
        where,
        1,
        "drops by default; kube-proxy's own rules let Service traffic pass, and they go",
        "before the cleanup: " + String.join("; ", commands) + network);
  }
}
