// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import java.util.Optional;

/**
 * What became of one flow.
 *
 * @param step from 1
 * @param difference what was found instead; empty if the flow passed
 */
public record Result(Scenario scenario, int step, Flow flow, Optional<String> difference) {
  public boolean passed() {
    return difference.isEmpty();
  }
}
