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
      findings.add(Finding.clear(where(), "no table kube-proxy"));
    }
    return findings;
  }

  @Override
  public List<Removal> removals() {
    return tables(NftRuleset.list(programs)).stream()
        .map(
            table ->
                new Removal(
                    where() + " " + table.family(),
                    1,
                    "table " + table.name(),
                    () -> delete(table)))
        .toList();
  }

  private List<Table> tables(Optional<NftRuleset> ruleset) {
    return ruleset.map(NftRuleset::tables).orElseGet(kernel).stream()
        .filter(TABLES::contains)
        .toList();
  }

  private void delete(Table table) {
    List<String> command =
        List.of(NftRuleset.PROGRAM, "delete", "table", table.family(), table.name());
    Answer answer = programs.run(LIMIT, command, "");
    if (answer instanceof Answer.Failed(String why)) {
      throw new NodeException(String.join(" ", command) + ": " + why);
    }
    if (answer instanceof Answer.Missing) {
      throw new NodeException("nft is missing: install nftables");
    }
  }
}
