// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** At which addresses node ports are served (rules 74 to 80). */
final class NodePortRule {
  private static final Set<String> WORDS = Set.of("all", "localhost", "primary");

  private final Node node;
  private final boolean nftables;
  private final boolean localhostNodePorts;
  private final List<String> entries;

  NodePortRule(Node node, Settings settings) {
    this.node = node;
    this.nftables = settings.nftables();
    this.localhostNodePorts = settings.localhostNodePorts();
    this.entries =
        settings.nodePortAddresses().isEmpty()
            ? List.of(nftables ? "primary" : "all") // rule 75
            : settings.nodePortAddresses();
  }

  boolean serves(Ip address) {
    return address.isLoopback() ? servesLoopback(address) : node.has(address) && covers(address);
  }

  private boolean servesLoopback(Ip address) {
    if (nftables) {
      // Rule 80: never, but for an alpha gate that is not among what a scenario can say.
      if (entries.stream().anyMatch(entry -> namesLoopback(entry, address))) {
        throw new LeftOpen("loopback node ports under nftables depend on a feature gate");
      }
      return false;
    }
    // Rule 79. Rule 273: a wider range that holds 127.0.0.1 names it, too.
    return address.isIpv4() && localhostNodePorts && covers(address);
  }

  private static boolean namesLoopback(String entry, Ip loopback) {
    if (WORDS.contains(entry)) {
      return entry.equals("localhost");
    }
    Network network = Network.parse(entry);
    return network.contains(loopback) && !network.isEverything();
  }

  private boolean covers(Ip address) {
    List<String> ofFamily =
        entries.stream()
            .filter(
                entry -> WORDS.contains(entry) || Network.parse(entry).isIpv4() == address.isIpv4())
            .toList();
    if (ofFamily.isEmpty()) {
      return true; // rule 77
    }
    return ofFamily.stream().anyMatch(entry -> covers(entry, address));
  }

  private boolean covers(String entry, Ip address) {
    return switch (entry) {
      case "all" -> true;
      case "localhost" -> address.isLoopback();
      case "primary" -> isPrimary(address);
      default -> Network.parse(entry).contains(address); // rule 77, 274
    };
  }

  private boolean isPrimary(Ip address) {
    Optional<Ip> primary = node.primary(address.isIpv4());
    if (primary.isEmpty()) {
      throw new LeftOpen("the primary address of a family that the node has not");
    }
    return primary.get().equals(address);
  }
}
