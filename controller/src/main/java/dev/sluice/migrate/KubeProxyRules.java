// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import dev.sluice.migrate.IptablesRuleset.Rule;
import dev.sluice.migrate.IptablesRuleset.Table;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * kube-proxy's part of one table.
 *
 * @param chains chains to remove
 * @param jumps rules of built-in chains that jump to one of {@code chains}
 * @param kept chains that must stay, because somebody else's rules use them
 * @param users those rules of others
 */
record KubeProxyRules(
    String table, List<String> chains, List<Rule> jumps, Set<String> kept, List<Rule> users) {

  static KubeProxyRules of(Table table) {
    Set<String> own =
        Stream.concat(table.chains().keySet().stream(), table.rules().stream().map(Rule::chain))
            .filter(chain -> KubeChains.areKubeProxys(table.name(), chain))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    List<Rule> users =
        table.rules().stream()
            .filter(rule -> own.contains(rule.target()) && !own.contains(rule.chain()))
            .filter(rule -> !table.isBuiltIn(rule.chain()))
            .toList();
    Set<String> kept = reachable(table, users.stream().map(Rule::target).toList());
    kept.retainAll(own);
    List<String> chains = own.stream().filter(chain -> !kept.contains(chain)).toList();
    List<Rule> jumps =
        table.rules().stream()
            .filter(rule -> table.isBuiltIn(rule.chain()) && chains.contains(rule.target()))
            .toList();
    return new KubeProxyRules(table.name(), chains, jumps, kept, users);
  }

  /**
   * A chain that is kept keeps the chains it jumps to, and the mark for masquerading keeps what
   * masquerades by it: CNI's portmap plugin can be configured to use both.
   */
  private static Set<String> reachable(Table table, List<String> from) {
    Set<String> reached = new LinkedHashSet<>();
    Deque<String> next = new ArrayDeque<>(from);
    while (!next.isEmpty()) {
      String chain = next.remove();
      if (reached.add(chain)) {
        table.rules().stream()
            .filter(rule -> rule.chain().equals(chain))
            .forEach(rule -> next.add(rule.target()));
        if (chain.equals(KubeChains.MARK_MASQUERADE)) {
          next.add(KubeChains.POSTROUTING);
        }
      }
    }
    return reached;
  }

  boolean isEmpty() {
    return chains.isEmpty();
  }

  /** What makes iptables-restore remove all of it: in one commit, and nothing else. */
  String removal() {
    StringBuilder text = new StringBuilder("*").append(table).append('\n');
    // To name a chain that exists is to empty it, which must come before any is deleted.
    chains.forEach(chain -> text.append(':').append(chain).append(" - [0:0]\n"));
    jumps.forEach(jump -> text.append("-D ").append(jump.specification()).append('\n'));
    chains.forEach(chain -> text.append("-X ").append(chain).append('\n'));
    return text.append("COMMIT\n").toString();
  }
}
