// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import java.util.List;

/** One kind of thing that kube-proxy leaves on a node, or that matters when it goes. */
public interface Trace {
  /**
   * Searches, and changes nothing.
   *
   * @return at least one finding
   * @throws dev.sluice.node.NodeException if it cannot be searched
   */
  List<Finding> find();

  /** What is searched, for the line that says that it could not be. */
  String where();

  /**
   * What there is to remove, in the order in which it can be removed. Nothing is removed before
   * {@link Removal#action} runs.
   *
   * @throws dev.sluice.node.NodeException if it cannot be searched
   */
  default List<Removal> removals() {
    return List.of();
  }
}
