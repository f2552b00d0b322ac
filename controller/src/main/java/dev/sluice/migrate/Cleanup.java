// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import dev.sluice.node.NodeException;
import java.util.List;

/**
 * What {@code sluice migrate cleanup} did, or would do.
 *
 * @param steps what was or would be removed
 * @param obstacles why nothing was removed, what could not be searched, or, if nothing was to be
 *     removed yet, what to do before
 */
public record Cleanup(List<Step> steps, List<Finding> obstacles) {
  /** What became of a step. */
  public enum Outcome {
    WOULD_REMOVE,
    REMOVED,
    FAILED
  }

  /**
   * One thing, removed as a whole or not at all.
   *
   * @param count of how many parts it consists
   * @param why it failed; "" if it did not
   */
  public record Step(Outcome outcome, String where, int count, String what, String why) {
    static Step of(Removal removal, boolean really) {
      if (!really) {
        return of(removal, Outcome.WOULD_REMOVE, "");
      }
      try {
        removal.action().run();
        return of(removal, Outcome.REMOVED, "");
      } catch (NodeException e) {
        return of(removal, Outcome.FAILED, e.getMessage());
      }
    }

    private static Step of(Removal removal, Outcome outcome, String why) {
      return new Step(outcome, removal.where(), removal.count(), removal.what(), why);
    }

    /** The line as printed. */
    @Override
    public String toString() {
      String line = String.format("%-12s %-26s %s", outcome, where, what);
      return why.isEmpty() ? line : line + ": " + why;
    }
  }
}
