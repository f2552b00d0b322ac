// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import org.junit.jupiter.api.Test;

final class KubeProxyRulesTest {
  private static KubeProxyRules rulesOf(String table, String text) {
    return KubeProxyRules.of(
        IptablesRuleset.parse("iptables-save", "*" + table + "\n" + text + "COMMIT\n")
            .tables()
            .getFirst());
  }

  @Test
  @ShowsRules(193)
  void chainsAndTheJumpsToThemGoInOneCommit() {
    KubeProxyRules rules =
        rulesOf(
            "nat",
            """
            :PREROUTING ACCEPT [0:0]
            :MINE - [0:0]
            :KUBE-SERVICES - [0:0]
            :KUBE-SVC-A - [0:0]
            :KUBE-KUBELET-CANARY - [0:0]
            -A PREROUTING -m comment --comment "kube services" -j KUBE-SERVICES
            -A PREROUTING -j MINE
            -A KUBE-SERVICES -d 10.96.0.1/32 -j KUBE-SVC-A
            -A KUBE-SVC-A -j DNAT --to-destination 10.1.1.2:80
            """);
    assertThat(rules.removal())
        .isEqualTo(
            """
            *nat
            :KUBE-SERVICES - [0:0]
            :KUBE-SVC-A - [0:0]
            -D PREROUTING -m comment --comment "kube services" -j KUBE-SERVICES
            -X KUBE-SERVICES
            -X KUBE-SVC-A
            COMMIT
            """);
  }

  @Test
  void chainsOfOthersThatLookAlikeStay() {
    KubeProxyRules rules =
        rulesOf(
            "filter",
            """
            :INPUT ACCEPT [0:0]
            :KUBE-FIREWALL - [0:0]
            :KUBE-KUBELET-CANARY - [0:0]
            :KUBE-ROUTER-INPUT - [0:0]
            :KUBE-SERVICES-MINE - [0:0]
            -A INPUT -j KUBE-FIREWALL
            -A INPUT -j KUBE-ROUTER-INPUT
            """);
    assertThat(rules.isEmpty()).isTrue();
  }

  @Test
  void aChainAmongTheNatRulesIsKubeProxysWhereOneOfThisNameAmongTheFiltersIsKubelets() {
    assertThat(KubeChains.areKubeProxys("nat", "KUBE-FIREWALL")).isTrue();
    assertThat(KubeChains.areKubelets("nat", "KUBE-FIREWALL")).isFalse();
    assertThat(KubeChains.areKubelets("filter", "KUBE-FIREWALL")).isTrue();
  }

  @Test
  void whatAnotherChainUsesStaysWithAllItNeeds() {
    KubeProxyRules rules =
        rulesOf(
            "nat",
            """
            :PREROUTING ACCEPT [0:0]
            :POSTROUTING ACCEPT [0:0]
            :CNI-HOSTPORT-SETMARK - [0:0]
            :KUBE-MARK-MASQ - [0:0]
            :KUBE-POSTROUTING - [0:0]
            :KUBE-SERVICES - [0:0]
            -A PREROUTING -j KUBE-SERVICES
            -A POSTROUTING -j KUBE-POSTROUTING
            -A CNI-HOSTPORT-SETMARK -j KUBE-MARK-MASQ
            -A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
            -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
            -A KUBE-POSTROUTING -j MASQUERADE
            """);
    assertThat(rules.chains()).containsExactly("KUBE-SERVICES");
    assertThat(rules.jumps()).extracting(IptablesRuleset.Rule::chain).containsExactly("PREROUTING");
    assertThat(rules.kept()).containsExactlyInAnyOrder("KUBE-MARK-MASQ", "KUBE-POSTROUTING");
    assertThat(rules.users())
        .extracting(IptablesRuleset.Rule::chain)
        .containsExactly("CNI-HOSTPORT-SETMARK");
  }
}
