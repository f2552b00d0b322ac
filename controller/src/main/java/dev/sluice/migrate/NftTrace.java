// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import dev.sluice.migrate.NftRuleset.Table;
import dev.sluice.node.NodeException;
import dev.sluice.node.Programs;
import dev.sluice.node.Programs.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The tables {@code kube-proxy} that its nftables mode makes. */
final class NftTrace implements Trace {
  static final Set<Table> TABLES =
      Set.of(new Table("ip", "kube-proxy"), new Table("ip6", "kube-proxy"));

  /**
   * Holds a NAT chain in the place of kube-proxy's, and a rule that looks at connections. The
   * kernel has its NAT hooks in a namespace only while there is a NAT chain of the family, and
   * tracks connections only while a rule needs it ({@code nf_nat_unregister_fn()}, {@code
   * nf_ct_netns_put()}): without, it would not translate established ones any more.
   */
  static final String KEEPER = "sluice-established";

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Programs programs;
  private final Supplier<List<Table>> kernel;

  /**
   * @param kernel tells the tables without nft
   */
  NftTrace(Programs programs, Supplier<List<Table>> kernel) {
    this.programs = programs;
    this.kernel = kernel;
  }

  @Override
  public String where() {
    return "nftables";
  }

  @Override
  public List<Finding> find() {
    Optional<NftRuleset> ruleset = NftRuleset.list(programs);
    List<Finding> findings = new ArrayList<>();
    for (Table table : tables(ruleset)) {
      String parts =
          ruleset
              .map(rules -> " with " + Advice.count(rules.chainsOf(table), "chain"))
              .orElse("; nft, which would remove it, is not installed");
      findings.add(
          Finding.todo(
              where() + " " + table.family(),
              1,
              "table " + table.name() + parts,
              Advice.STOP_AND_CLEAN_UP));
    }
    if (findings.isEmpty()) {
      ruleset.map(NftRuleset::tables).orElseGet(kernel).stream()
          .filter(table -> table.name().equals(KEEPER))
          .forEach(table -> findings.add(keeper(table)));
    }
    if (findings.isEmpty()) {
      findings.add(Finding.clear(where(), "no table kube-proxy"));
    }
    return findings;
  }

  private Finding keeper(Table table) {
    return Finding.note(
        where() + " " + table.family(),
        1,
        "table " + KEEPER + ": with it connections that kube-proxy has begun go on",
        "when they have ended: nft delete table %s %s".formatted(table.family(), KEEPER));
  }

  @Override
  public List<Removal> removals() {
    Optional<NftRuleset> ruleset = NftRuleset.list(programs);
    return tables(ruleset).stream()
        .map(
            table ->
                new Removal(
                    where() + " " + table.family(),
                    1,
                    "table " + table.name(),
                    () -> delete(table, ruleset.filter(rules -> hasNat(rules, table)).isEmpty())))
        .toList();
  }

  /** Whether there are NAT chains of the family besides kube-proxy's. */
  private static boolean hasNat(NftRuleset ruleset, Table kubeProxys) {
    Set<String> families = Set.of(kubeProxys.family(), "inet");
    return ruleset.chains().stream()
        .filter(chain -> families.contains(chain.table().family()))
        .anyMatch(chain -> chain.type().equals("nat") && !TABLES.contains(chain.table()));
  }

  private List<Table> tables(Optional<NftRuleset> ruleset) {
    return ruleset.map(NftRuleset::tables).orElseGet(kernel).stream()
        .filter(TABLES::contains)
        .toList();
  }

  /** In one transaction. */
  private void delete(Table table, boolean lastNat) {
    String deletion = "delete table %s %s\n".formatted(table.family(), table.name());
    String keeper = table.family() + " " + KEEPER;
    String addition =
        """
        add table %s
        add chain %s nat { type nat hook postrouting priority 300; policy accept; }
        add rule %s nat ct state established accept
        """
            .formatted(keeper, keeper, keeper);
    String input = lastNat ? addition + deletion : deletion;
    Answer answer = programs.run(LIMIT, List.of(NftRuleset.PROGRAM, "-f", "-"), input);
    if (answer instanceof Answer.Failed(String why)) {
      throw new NodeException("nft " + deletion.strip() + ": " + why);
    }
    if (answer instanceof Answer.Missing) {
      throw new NodeException("nft is missing: install nftables");
    }
  }
}
