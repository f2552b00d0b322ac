// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.migrate.Cleanup.Outcome;
import dev.sluice.migrate.Finding.Level;
import dev.sluice.node.PortRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MigrationTest {
  private static final String RULES =
      """
      *nat
      :PREROUTING ACCEPT [0:0]
      :KUBE-SERVICES - [0:0]
      -A PREROUTING -j KUBE-SERVICES
      COMMIT
      """;

  @TempDir private Path root;
  private final FakePrograms programs = new FakePrograms();
  private final FakeVirtualServers virtualServers = new FakeVirtualServers();
  private final List<NftRuleset.Table> tables = new ArrayList<>();

  @BeforeEach
  void aNode() throws IOException {
    file("self/status", "Name:\tjava\nCapEff:\t000001ffffffffff\n");
    file("1/comm", "systemd\n");
    file("2/comm", "kubelet\n");
    programs.printing("ipset list -name", "mine\n");
    programs.printing("nft --json --terse list ruleset", "{\"nftables\": []}");
  }

  private void file(String name, String content) throws IOException {
    Path file = root.resolve("proc").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private Migration migration() {
    return new Migration(
        root,
        programs,
        virtualServers,
        () -> List.copyOf(tables),
        new Migration.Settings(Map.of(), PortRange.parse("30000-32767")));
  }

  private Finding finding(String where) {
    return migration().check().stream()
        .filter(found -> found.where().equals(where))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aCleanNodeIsClearAndNothingIsAskedThatWouldLoadModules() {
    assertThat(migration().check()).extracting(Finding::level).containsOnly(Level.CLEAR);
    assertThat(programs.commands()).noneMatch(command -> command.contains("tables-"));
    assertThat(migration().cleanup(true, false)).isEqualTo(new Cleanup(List.of(), List.of()));
  }

  @Test
  void everyBackendAndFamilyIsSearched() throws IOException {
    file("net/ip_tables_names", "nat\n");
    file("net/ip6_tables_names", "nat\n");
    tables.add(new NftRuleset.Table("ip", "nat"));
    tables.add(new NftRuleset.Table("ip6", "nat"));
    for (String name :
        List.of("iptables-legacy", "ip6tables-legacy", "iptables-nft", "ip6tables-nft")) {
      programs.iptables(name, RULES);
    }
    assertThat(migration().check())
        .filteredOn(found -> found.level() == Level.TODO)
        .extracting(Finding::where)
        .containsExactly(
            "iptables-legacy nat", "ip6tables-legacy nat", "iptables-nft nat", "ip6tables-nft nat");
    assertThat(finding("iptables-nft nat").count()).isEqualTo(2);
  }

  @Test
  void aMissingProgramIsSaidAndTheOtherBackendStillSearched() throws IOException {
    file("net/ip_tables_names", "nat\n");
    tables.add(new NftRuleset.Table("ip", "nat"));
    programs.iptables("iptables-nft", RULES);
    assertThat(finding("iptables-legacy"))
        .extracting(Finding::level, Finding::whatToDo)
        .containsExactly(
            Level.UNKNOWN,
            "it has rules, but iptables-legacy-save is not installed: install iptables");
    assertThat(finding("iptables-nft nat").level()).isEqualTo(Level.TODO);
  }

  @Test
  void aProgramWithoutSuffixIsTakenForTheBackendThatItNames() throws IOException {
    file("net/ip_tables_names", "nat\n");
    programs
        .printing("iptables-save --version", "iptables-save v1.8.9 (legacy)")
        .printing("iptables-save", RULES);
    assertThat(finding("iptables-legacy nat").level()).isEqualTo(Level.TODO);
    programs.printing("iptables-save --version", "iptables-save v1.8.9 (nf_tables)");
    assertThat(finding("iptables-legacy").level()).isEqualTo(Level.UNKNOWN);
    programs.failing("iptables-save --version", "unknown option");
    assertThat(finding("iptables-legacy nat").level()).isEqualTo(Level.TODO);
  }

  @Test
  void anAnswerThatIsNotUnderstoodIsSaid() throws IOException {
    file("net/ip_tables_names", "nat\n");
    programs.iptables("iptables-legacy", "*nat\nwhat?\n");
    assertThat(finding("iptables-legacy").level()).isEqualTo(Level.UNKNOWN);
    assertThat(finding("iptables-legacy").whatToDo()).contains("line 2").contains("what?");
  }

  @Test
  void withoutTheCapabilityNothingIsSearchedAndNothingRemoved() throws IOException {
    file("self/status", "Name:\tjava\nCapEff:\t0000000000000000\n");
    assertThat(migration().check()).extracting(Finding::level).containsExactly(Level.UNKNOWN);
    Cleanup cleanup = migration().cleanup(true, true);
    assertThat(cleanup.steps()).isEmpty();
    assertThat(cleanup.obstacles()).extracting(Finding::where).containsExactly("permission");
    assertThat(programs.commands()).isEmpty();
  }

  @Test
  void withoutNftTheKernelTellsOfTheTable() {
    FakePrograms none = new FakePrograms();
    tables.add(new NftRuleset.Table("ip6", "kube-proxy"));
    List<Finding> findings = new NftTrace(none, () -> List.copyOf(tables)).find();
    assertThat(findings).extracting(Finding::where).containsExactly("nftables ip6");
    assertThat(findings.getFirst().found())
        .contains("nft, which would remove it, is not installed");
  }

  @Test
  void aDryRunSaysWhatIsToBeDoneBefore() throws IOException {
    file("net/ip_tables_names", "filter\n");
    file("50/comm", "kube-proxy\n");
    programs.iptables("iptables-legacy", "*filter\n:FORWARD DROP [0:0]\nCOMMIT\n");
    assertThat(migration().cleanup(false, false).obstacles())
        .extracting(Finding::where)
        .containsExactly("processes", "iptables-legacy FORWARD");
    assertThat(migration().cleanup(true, true).obstacles()).isEmpty();
  }

  @Test
  void aDryRunChangesNothing() throws IOException {
    file("net/ip_tables_names", "nat\n");
    programs.iptables("iptables-legacy", RULES);
    Cleanup cleanup = migration().cleanup(false, false);
    assertThat(cleanup.steps())
        .extracting(Cleanup.Step::outcome)
        .containsExactly(Outcome.WOULD_REMOVE);
    assertThat(programs.inputs()).isEmpty();
    assertThat(programs.commands()).noneMatch(command -> command.contains("restore"));
  }

  @Test
  @ShowsRules(193)
  void rulesGoBeforeTheSetsTheyReferTo() throws IOException {
    file("net/ip_tables_names", "nat\n");
    programs
        .iptables("iptables-legacy", RULES)
        .printing("nft --json --terse list ruleset", NftRulesetTest.KUBE_PROXY)
        .printing("nft -f -", "")
        .printing("ipset list -name", "mine\nKUBE-CLUSTER-IP\nKUBE-6-CLUSTER-IP\n")
        .printing("ipset destroy KUBE-CLUSTER-IP", "")
        .printing("ipset destroy KUBE-6-CLUSTER-IP", "");
    virtualServers.withDevice("kube-ipvs0", "dummy", "10.96.0.1").with("10.96.0.1", 443);

    Cleanup cleanup = migration().cleanup(true, false);

    assertThat(cleanup.obstacles()).isEmpty();
    assertThat(cleanup.steps()).extracting(Cleanup.Step::outcome).containsOnly(Outcome.REMOVED);
    assertThat(cleanup.steps())
        .extracting(Cleanup.Step::where)
        .containsExactly("iptables-legacy nat", "nftables ip", "IPVS", "IPVS", "ipset", "ipset");
    assertThat(programs.inputs()).hasSize(2);
    assertThat(programs.inputs().getFirst()).contains("-D PREROUTING -j KUBE-SERVICES");
    assertThat(programs.inputs().getLast())
        .startsWith("add table ip sluice-established\n")
        .endsWith("delete table ip kube-proxy\n");
  }

  @Test
  void whereAnotherNatChainKeepsConnectionsTranslatedNoTableIsAdded() {
    String another =
        """
        {"chain": {"family": "inet", "table": "mine", "name": "nat", "type": "nat",
                   "hook": "prerouting", "policy": "accept"}},
        """;
    programs
        .printing(
            "nft --json --terse list ruleset",
            NftRulesetTest.KUBE_PROXY.replace(" {\"metainfo\"", another + "{\"metainfo\""))
        .printing("nft -f -", "");
    migration().cleanup(true, false);
    assertThat(programs.inputs()).containsExactly("delete table ip kube-proxy\n");
  }

  @Test
  void whatFailsIsNamedAndTheRestIsDone() throws IOException {
    file("net/ip_tables_names", "nat\n");
    programs
        .iptables("iptables-legacy", RULES)
        .failing("iptables-legacy-restore --noflush --wait 10", "line 3 failed")
        .printing("ipset list -name", "KUBE-CLUSTER-IP\n")
        .printing("ipset destroy KUBE-CLUSTER-IP", "");
    virtualServers.withDevice("kube-ipvs0", "dummy").broken();

    Cleanup cleanup = migration().cleanup(true, false);

    assertThat(cleanup.steps())
        .extracting(Cleanup.Step::outcome)
        .containsExactly(Outcome.FAILED, Outcome.FAILED, Outcome.REMOVED);
    assertThat(cleanup.steps().getFirst().why()).contains("line 3 failed");
    assertThat(cleanup.steps().get(1).why()).isEqualTo("not today");
  }

  @Test
  void whileKubeProxyRunsNothingIsRemovedUnlessForced() throws IOException {
    file("net/ip_tables_names", "nat\n");
    file("50/comm", "kube-proxy\n");
    file("50/cmdline", "/usr/bin/kube-proxy\0");
    programs.iptables("iptables-legacy", RULES);

    Cleanup refused = migration().cleanup(true, false);
    assertThat(refused.steps()).isEmpty();
    assertThat(refused.obstacles()).extracting(Finding::where).containsExactly("processes");
    assertThat(programs.inputs()).isEmpty();

    Cleanup forced = migration().cleanup(true, true);
    assertThat(forced.steps()).extracting(Cleanup.Step::outcome).containsExactly(Outcome.REMOVED);
  }
}
