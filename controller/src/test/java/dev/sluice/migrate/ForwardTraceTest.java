// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migrate.Finding.Level;
import dev.sluice.node.AddressFamily;
import dev.sluice.node.NodeException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ForwardTraceTest {
  private static final List<NftRuleset.Table> TABLES =
      List.of(new NftRuleset.Table("ip", "filter"), new NftRuleset.Table("inet", "mine"));

  private static List<Finding> iptables(Optional<String> podNetwork, String rules) {
    FakePrograms programs = new FakePrograms().iptables("iptables-nft", rules);
    IptablesTool tool =
        new IptablesTool(
            Path.of("/nowhere"), programs, () -> TABLES, IptablesBackend.NFT, AddressFamily.IPV4);
    return new IptablesForwardTrace(tool, podNetwork).find();
  }

  private static List<Finding> nft(Map<AddressFamily, String> networks, String chainsAndRules) {
    FakePrograms programs =
        new FakePrograms()
            .printing(
                "nft --json --terse list ruleset", "{\"nftables\": [" + chainsAndRules + "]}");
    return new NftForwardTrace(
            programs, () -> TABLES, table -> table.name().equals("filter"), networks)
        .find();
  }

  private static final String DROPPING =
      """
      {"table": {"family": "inet", "name": "mine"}},
      {"chain": {"family": "inet", "table": "mine", "name": "fwd", "type": "filter",
                 "hook": "forward", "prio": 0, "policy": "drop"}}
      """;

  private static String accepting(String match) {
    return ", {\"rule\": {\"family\": \"inet\", \"table\": \"mine\", \"chain\": \"fwd\", \"expr\": ["
        + match
        + ", {\"accept\": null}]}}";
  }

  @Test
  void rulesOfKubernetesAreNotOfOthers() {
    List<Finding> findings =
        iptables(
            Optional.empty(),
            """
            *filter
            :FORWARD ACCEPT [0:0]
            :KUBE-FORWARD - [0:0]
            -A FORWARD -m comment --comment "forward" -j KUBE-FORWARD
            -A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
            COMMIT
            """);
    assertThat(findings).extracting(Finding::level).containsExactly(Level.CLEAR);
  }

  @Test
  void rulesOfOthersAreNamed() {
    List<Finding> findings =
        iptables(
            Optional.empty(),
            """
            *filter
            :FORWARD ACCEPT [0:0]
            -A FORWARD -s 192.0.2.0/24 -j DROP
            -A FORWARD -i eth1 -j DROP
            COMMIT
            """);
    assertThat(findings).extracting(Finding::level).containsExactly(Level.NOTE);
    assertThat(findings.getFirst().count()).isEqualTo(2);
    assertThat(findings.getFirst().found()).contains("-A FORWARD -s 192.0.2.0/24 -j DROP");
    assertThat(findings.getFirst().whatToDo()).contains("no longer meets them");
  }

  @Test
  void whereForwardDropsTheRulesThatAreMissingAreGivenAsCommands() {
    String rules =
        """
        *nat
        :KUBE-SVC-A - [0:0]
        :KUBE-MARK-MASQ - [0:0]
        -A KUBE-SVC-A ! -s 10.1.0.0/16 -d 10.96.0.1/32 -j KUBE-MARK-MASQ
        COMMIT
        *filter
        :FORWARD DROP [0:0]
        :KUBE-FORWARD - [0:0]
        -A FORWARD -j KUBE-FORWARD
        -A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        COMMIT
        """;
    String established = "iptables-nft -w -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED";
    assertThat(iptables(Optional.empty(), rules).getFirst())
        .matches(finding -> finding.level() == Level.TODO)
        .extracting(Finding::whatToDo)
        .isEqualTo(
            "before the cleanup: "
                + established
                + " -j ACCEPT; iptables-nft -w -A FORWARD -d 10.1.0.0/16 -j ACCEPT");
    assertThat(iptables(Optional.of("10.9.0.0/16"), rules).getFirst().whatToDo())
        .contains("-d 10.9.0.0/16 -j ACCEPT");
    assertThat(
            iptables(Optional.empty(), rules.replace("! -s 10.1.0.0/16 ", ""))
                .getFirst()
                .whatToDo())
        .contains("-d POD-NETWORK -j ACCEPT (POD-NETWORK: the network of the pods");
  }

  @Test
  void whatThoseCommandsAddSuffices() {
    String rules =
        """
        *filter
        :FORWARD DROP [0:0]
        -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A FORWARD -d 10.1.0.0/16 -j ACCEPT
        COMMIT
        """;
    assertThat(iptables(Optional.of("10.1.0.0/16"), rules))
        .extracting(Finding::level)
        .containsExactly(Level.NOTE, Level.CLEAR);
    assertThat(iptables(Optional.of("10.2.0.0/16"), rules))
        .extracting(Finding::level)
        .containsExactly(Level.NOTE, Level.TODO);
  }

  @Test
  void aRuleThatAcceptsLessDoesNotSuffice() {
    String rules =
        """
        *filter
        :INPUT ACCEPT [0:0]
        :FORWARD DROP [0:0]
        -A INPUT -j ACCEPT
        -A FORWARD -i eth0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A FORWARD ! -d 10.1.0.0/16 -j ACCEPT
        COMMIT
        """;
    assertThat(iptables(Optional.of("10.1.0.0/16"), rules).getLast().whatToDo())
        .contains("ESTABLISHED")
        .contains("-d 10.1.0.0/16");
  }

  @Test
  void baseChainsOfNftablesAreSearched() {
    assertThat(nft(Map.of(AddressFamily.IPV4, "10.1.0.0/16"), DROPPING).getFirst().whatToDo())
        .isEqualTo(
            "before the cleanup: nft add rule inet mine fwd ct state established,related accept;"
                + " nft add rule inet mine fwd ip daddr 10.1.0.0/16 accept");
    String established =
        accepting(
            """
            {"match": {"op": "in", "left": {"ct": {"key": "state"}},
                       "right": ["established", "related"]}}
            """);
    String pods =
        accepting(
            """
            {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "daddr"}},
                       "right": {"prefix": {"addr": "10.1.0.0", "len": 16}}}}
            """);
    assertThat(nft(Map.of(AddressFamily.IPV4, "10.1.0.0/16"), DROPPING + established + pods))
        .extracting(Finding::level)
        .containsExactly(Level.NOTE, Level.CLEAR);
    assertThat(nft(Map.of(), DROPPING + established + pods).getLast().whatToDo())
        .contains("ip6 daddr POD-NETWORK")
        .doesNotContain("ip daddr");
  }

  @Test
  void tablesOfIptablesAndKubeProxyAreNotSearchedTwice() {
    assertThat(
            nft(
                Map.of(),
                """
                {"chain": {"family": "ip", "table": "filter", "name": "FORWARD",
                           "hook": "forward", "policy": "drop"}},
                {"chain": {"family": "ip", "table": "kube-proxy", "name": "filter-forward",
                           "hook": "forward", "policy": "drop"}}
                """))
        .extracting(Finding::level)
        .containsExactly(Level.CLEAR);
  }

  @Test
  void tablesThatNoProgramIsThereToShowAreSaid() {
    assertThatThrownBy(
            () ->
                new NftForwardTrace(new FakePrograms(), () -> TABLES, table -> false, Map.of())
                    .find())
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("nft is not installed");
  }
}
