// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import java.util.Set;

/**
 * Whose a chain is, by its name. kube-proxy and kubelet both begin their chains with {@code KUBE-}
 * (KEP-3178 says which are whose).
 */
final class KubeChains {
  static final String MARK_MASQUERADE = "KUBE-MARK-MASQ";
  static final String POSTROUTING = "KUBE-POSTROUTING";

  private static final Set<String> OF_KUBE_PROXY =
      Set.of(
          "KUBE-SERVICES",
          "KUBE-EXTERNAL-SERVICES",
          "KUBE-NODEPORTS",
          "KUBE-FORWARD",
          POSTROUTING,
          // kubelet below 1.28 makes these two as well, and again if they are gone.
          MARK_MASQUERADE,
          "KUBE-PROXY-FIREWALL",
          "KUBE-PROXY-CANARY",
          // IPVS mode.
          "KUBE-LOAD-BALANCER",
          "KUBE-NODE-PORT",
          "KUBE-SOURCE-RANGES-FIREWALL",
          "KUBE-IPVS-FILTER",
          "KUBE-IPVS-OUT-FILTER");

  /** Chains of one Service, endpoint or policy each; XLB is what 1.23 and earlier call EXT. */
  private static final Set<String> PREFIXES_OF_KUBE_PROXY =
      Set.of("KUBE-SVC-", "KUBE-SVL-", "KUBE-SEP-", "KUBE-EXT-", "KUBE-FW-", "KUBE-XLB-");

  private static final Set<String> OF_KUBELET =
      Set.of("KUBE-IPTABLES-HINT", "KUBE-KUBELET-CANARY", "KUBE-FIREWALL", "KUBE-MARK-DROP");

  private KubeChains() {}

  static boolean areKubeProxys(String table, String chain) {
    return OF_KUBE_PROXY.contains(chain)
        || PREFIXES_OF_KUBE_PROXY.stream().anyMatch(chain::startsWith)
        // IPVS mode had a chain of this name among the NAT rules; kubelet's is a filter chain.
        || (table.equals("nat") && chain.equals("KUBE-FIREWALL"));
  }

  static boolean areKubelets(String table, String chain) {
    return OF_KUBELET.contains(chain) && !areKubeProxys(table, chain);
  }
}
