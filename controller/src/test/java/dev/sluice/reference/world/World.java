// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference.world;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.reference.Packet;
import java.util.List;

/**
 * A node with its objects, and packets to try.
 *
 * @param node the field {@code node} of a scenario file
 * @param config the field {@code config} of a scenario file
 * @param steps each replaces the objects of the one before
 */
public record World(JsonNode node, JsonNode config, List<Step> steps) {
  /**
   * Objects and packets.
   *
   * @param objects the field {@code objects} of a scenario file's step
   */
  public record Step(JsonNode objects, List<Packet> packets) {
    public Step {
      packets = List.copyOf(packets);
    }
  }

  public World {
    steps = List.copyOf(steps);
  }
}
