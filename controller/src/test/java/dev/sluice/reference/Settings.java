// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * kube-proxy's configuration.
 *
 * @param nftables else iptables
 */
record Settings(
    boolean nftables,
    List<String> nodePortAddresses,
    boolean localhostNodePorts,
    PodDetector detector,
    List<Network> serviceCidrs) {
  static Settings read(JsonNode config, Node node) {
    return new Settings(
        Fields.text(config, "mode").equals("nftables"),
        Fields.texts(config, "nodePortAddresses"),
        config.path("localhostNodePorts").asBoolean(true),
        PodDetector.read(config, node),
        Fields.networks(config, "serviceCIDRs"));
  }
}
