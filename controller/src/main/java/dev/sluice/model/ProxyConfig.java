// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Set;

/**
 * The fields of kube-proxy's configuration that change what packets meet.
 *
 * @param mode which of kube-proxy's modes to behave like where they differ
 * @param nodePortAddresses CIDRs and the words {@code primary}, {@code localhost}, {@code all};
 *     what an empty list means depends on the mode
 * @param localhostNodePorts {@code iptables.localhostNodePorts}: whether 127.0.0.1:nodePort works
 * @param masqueradeAll whether every packet to a clusterIP asks for source NAT
 * @param serviceCidrs the cluster's ServiceCIDRs
 */
public record ProxyConfig(
    Mode mode,
    List<String> nodePortAddresses,
    boolean localhostNodePorts,
    LocalTraffic localTraffic,
    boolean masqueradeAll,
    List<Cidr> serviceCidrs) {
  private static final Set<String> NODE_PORT_ADDRESS_WORDS = Set.of("primary", "localhost", "all");

  /** The kube-proxy mode to behave like. */
  public enum Mode {
    IPTABLES,
    NFTABLES
  }

  public ProxyConfig {
    requireNonNull(mode, "mode");
    nodePortAddresses = List.copyOf(nodePortAddresses);
    nodePortAddresses.forEach(ProxyConfig::requireNodePortAddress);
    requireNonNull(localTraffic, "localTraffic");
    serviceCidrs = List.copyOf(serviceCidrs);
  }

  private static void requireNodePortAddress(String text) {
    if (NODE_PORT_ADDRESS_WORDS.contains(text)) {
      return;
    }
    try {
      Cidr.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "nodePortAddresses: '" + text + "' is neither a CIDR nor primary, localhost or all", e);
    }
  }

  /** kube-proxy's own defaults. */
  public static ProxyConfig defaults() {
    return new ProxyConfig(Mode.IPTABLES, List.of(), true, LocalTraffic.none(), false, List.of());
  }

  /** This configuration with other nodePortAddresses. */
  public ProxyConfig withNodePortAddresses(List<String> addresses) {
    return new ProxyConfig(
        mode, addresses, localhostNodePorts, localTraffic, masqueradeAll, serviceCidrs);
  }

  /** This configuration with another way to recognise pods. */
  public ProxyConfig withLocalTraffic(LocalTraffic other) {
    return new ProxyConfig(
        mode, nodePortAddresses, localhostNodePorts, other, masqueradeAll, serviceCidrs);
  }

  /** This configuration with other ServiceCIDRs. */
  public ProxyConfig withServiceCidrs(List<Cidr> cidrs) {
    return new ProxyConfig(
        mode, nodePortAddresses, localhostNodePorts, localTraffic, masqueradeAll, cidrs);
  }

  /**
   * The networks in which an address that no Service has is dropped: kube-proxy's nftables mode
   * does so, the iptables mode lets it be.
   */
  public List<Cidr> guardedNetworks() {
    return switch (mode) {
      case IPTABLES -> List.of();
      case NFTABLES -> serviceCidrs;
    };
  }
}
