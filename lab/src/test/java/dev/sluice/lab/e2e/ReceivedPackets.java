// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.lab.NodeHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a node's devices have received, by the kernel's counters. A super-packet counts as one
 * there. Only devices that packets enter the node by: not bridges, which receive what their ports
 * do.
 *
 * @param byDevice packets received since the device was made
 */
record ReceivedPackets(Map<String, Long> byDevice) {
  private static final JsonMapper JSON = new JsonMapper();

  ReceivedPackets {
    byDevice = Map.copyOf(byDevice);
  }

  static ReceivedPackets of(NodeHost node) {
    Map<String, Long> packets = new TreeMap<>();
    for (JsonNode device : read(node.run("ip", "-j", "-d", "-s", "link", "show"))) {
      String kind = device.path("linkinfo").path("info_kind").asText();
      if (kind.equals("veth")) {
        packets.put(
            device.get("ifname").asText(), device.get("stats64").get("rx").get("packets").asLong());
      }
    }
    return new ReceivedPackets(packets);
  }

  private static JsonNode read(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ReceivedPackets since(ReceivedPackets earlier) {
    Map<String, Long> difference = new TreeMap<>(byDevice);
    earlier.byDevice.forEach((device, count) -> difference.merge(device, -count, Long::sum));
    return new ReceivedPackets(difference);
  }

  long of(String device) {
    return byDevice.get(device);
  }

  long sum() {
    return byDevice.values().stream().mapToLong(Long::longValue).sum();
  }
}
