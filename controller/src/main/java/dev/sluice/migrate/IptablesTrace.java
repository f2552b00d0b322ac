// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import dev.sluice.migrate.IptablesRuleset.Rule;
import dev.sluice.migrate.IptablesRuleset.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Chains of kube-proxy in one iptables backend and family, and the jumps to them. */
final class IptablesTrace implements Trace {
  private final IptablesTool tool;

  IptablesTrace(IptablesTool tool) {
    this.tool = tool;
  }

  @Override
  public String where() {
    return tool.name();
  }

  @Override
  public List<Finding> find() {
    List<Finding> findings = new ArrayList<>();
    for (Table table : tool.save().tables()) {
      KubeProxyRules rules = KubeProxyRules.of(table);
      String where = where() + " " + table.name();
      if (!rules.isEmpty()) {
        findings.add(
            Finding.todo(
                where,
                rules.chains().size() + rules.jumps().size(),
                describe(rules) + " of kube-proxy",
                Advice.STOP_AND_CLEAN_UP));
      }
      if (!rules.kept().isEmpty()) {
        findings.add(kept(where, rules));
      }
      kubelets(table).ifPresent(findings::add);
    }
    if (findings.stream().noneMatch(finding -> finding.level() == Finding.Level.TODO)) {
      findings.addFirst(Finding.clear(where(), "no rules of kube-proxy"));
    }
    return findings;
  }

  private static Finding kept(String where, KubeProxyRules rules) {
    return Finding.note(
        where,
        rules.kept().size(),
        "%s: kept, as others use them (-A %s)"
            .formatted(String.join(", ", rules.kept()), rules.users().getFirst().specification()),
        "nothing in the way; if it is CNI's portmap plugin, take externalSetMarkChain out of its"
            + " configuration and it marks by itself");
  }

  private Optional<Finding> kubelets(Table table) {
    List<String> chains =
        table.chains().keySet().stream()
            .filter(chain -> KubeChains.areKubelets(table.name(), chain))
            .toList();
    return chains.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Finding.note(
                where() + " " + table.name(),
                chains.size(),
                String.join(", ", chains) + ": kubelet's, they stay",
                ""));
  }

  @Override
  public List<Removal> removals() {
    List<Removal> removals = new ArrayList<>();
    for (Table table : tool.save().tables()) {
      KubeProxyRules rules = KubeProxyRules.of(table);
      if (!rules.isEmpty()) {
        removals.add(
            new Removal(
                where() + " " + table.name(),
                rules.chains().size() + rules.jumps().size(),
                describe(rules),
                () -> tool.change(rules.removal())));
      }
    }
    return removals;
  }

  private static String describe(KubeProxyRules rules) {
    return "%s and %s%s"
        .formatted(
            Advice.count(rules.chains().size(), "chain"),
            Advice.count(rules.jumps().size(), "jump"),
            rules.jumps().isEmpty() ? "" : " (" + builtIn(rules.jumps()) + ")");
  }

  private static String builtIn(List<Rule> jumps) {
    return String.join(", ", jumps.stream().map(Rule::chain).distinct().toList());
  }
}
