// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.ServiceState;
import java.util.List;

/**
 * What one scenario file says.
 *
 * @param file where it was read
 * @param steps each replaces the objects of the one before, in one running agent
 */
public record Scenario(String file, String name, ProxyConfig config, List<Step> steps) {
  /**
   * Objects, and the flows that meet them.
   *
   * @param node the node as this step's objects leave it
   * @param warnings what of the objects is left out, and why
   */
  public record Step(
      NodeFacts node, List<ServiceState> states, List<Flow> flows, List<String> warnings) {
    public Step {
      states = List.copyOf(states);
      flows = List.copyOf(flows);
      warnings = List.copyOf(warnings);
    }
  }

  public Scenario {
    steps = List.copyOf(steps);
  }
}
