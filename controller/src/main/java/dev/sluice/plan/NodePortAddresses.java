// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.ProxyConfig.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The addresses of this node that serve node ports in one family.
 *
 * <p>{@code nodePortAddresses} holds CIDRs and words. A family that none of them speaks of is
 * served on all its addresses; a CIDR that holds no address of the node adds nothing. Unset means
 * all addresses in iptables mode and the primary one in nftables mode.
 *
 * <p>Loopback: in iptables mode 127.0.0.1 (never ::1) if {@code localhostNodePorts} is on and the
 * list covers it; in nftables mode 127.0.0.1 and ::1 only if the list names them by {@code
 * localhost} or a CIDR of loopback addresses (KEP-6032; Sluice takes this for the consent that
 * kube-proxy has a feature gate for).
 *
 * @param addresses sorted, without loopback addresses
 * @param loopback the loopback address that serves node ports to the node's own sockets
 */
record NodePortAddresses(List<IpAddress> addresses, Optional<IpAddress> loopback) {
  private static final String PRIMARY = "primary";
  private static final String LOCALHOST = "localhost";
  private static final String ALL = "all";

  static NodePortAddresses of(IpFamily family, NodeFacts node, ProxyConfig config) {
    Wanted wanted = Wanted.read(family, config);
    TreeSet<IpAddress> addresses = new TreeSet<>();
    if (wanted.primary()) {
      node.primaryIp(family).ifPresent(addresses::add);
    }
    for (IpAddress address : node.addresses()) {
      if (address.family() == family && wanted.covers(address)) {
        addresses.add(address);
      }
    }
    addresses.removeIf(IpAddress::isLoopback);
    Optional<IpAddress> loopback =
        servesLoopback(family, config, wanted) ? Optional.of(family.loopback()) : Optional.empty();
    return new NodePortAddresses(List.copyOf(addresses), loopback);
  }

  /**
   * Where health check node ports listen in one family (rule 110): empty for all addresses. Unlike
   * node ports, they do so on loopback addresses wherever the list covers them.
   */
  static Optional<Set<IpAddress>> ofListeners(IpFamily family, NodeFacts node, ProxyConfig config) {
    Wanted wanted = Wanted.read(family, config);
    if (wanted.cidrs().stream().anyMatch(Cidr::isEverything)) {
      return Optional.empty();
    }
    Set<IpAddress> addresses = new TreeSet<>(of(family, node, config).addresses());
    if (wanted.localhost() || wanted.covers(family.loopback())) {
      addresses.add(family.loopback());
    }
    return Optional.of(addresses);
  }

  private static boolean servesLoopback(IpFamily family, ProxyConfig config, Wanted wanted) {
    return switch (config.mode()) {
      case IPTABLES ->
          family == IpFamily.IPV4
              && config.localhostNodePorts()
              && (wanted.localhost() || wanted.covers(family.loopback()));
      case NFTABLES ->
          wanted.localhost()
              || wanted.cidrs().stream()
                  .anyMatch(
                      cidr -> cidr.network().isLoopback() && cidr.contains(family.loopback()));
    };
  }

  /** What the configuration asks for in one family. */
  private record Wanted(boolean primary, boolean localhost, List<Cidr> cidrs) {

    static Wanted read(IpFamily family, ProxyConfig config) {
      List<String> words = config.nodePortAddresses();
      if (words.isEmpty() && config.mode() == Mode.NFTABLES) {
        words = List.of(PRIMARY);
      }
      boolean primary = words.contains(PRIMARY);
      boolean localhost = words.contains(LOCALHOST);
      List<Cidr> cidrs = new ArrayList<>();
      for (String word : words) {
        switch (word) {
          case PRIMARY, LOCALHOST -> {}
          case ALL -> cidrs.add(everything(family));
          default -> {
            Cidr cidr = Cidr.parse(word);
            if (cidr.family() == family) {
              cidrs.add(cidr);
            }
          }
        }
      }
      if (!primary && !localhost && cidrs.isEmpty()) {
        cidrs.add(everything(family));
      }
      return new Wanted(primary, localhost, List.copyOf(cidrs));
    }

    private static Cidr everything(IpFamily family) {
      return new Cidr(family.loopback(), 0);
    }

    boolean covers(IpAddress address) {
      return cidrs.stream().anyMatch(cidr -> cidr.contains(address));
    }
  }
}
