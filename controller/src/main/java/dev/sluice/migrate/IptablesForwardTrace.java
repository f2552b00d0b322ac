// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import dev.sluice.migrate.IptablesRuleset.Rule;
import dev.sluice.migrate.IptablesRuleset.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** The FORWARD chain of one iptables backend and family: {@link ForwardRules}. */
final class IptablesForwardTrace implements Trace {
  private static final String FORWARD = "FORWARD";
  private static final Set<String> NOT_FORWARDED = Set.of("INPUT", "OUTPUT");

  private final IptablesTool tool;
  private final Optional<String> podNetwork;

  /**
   * @param podNetwork the addresses of the cluster's pods; if empty, kube-proxy's rules may tell
   */
  IptablesForwardTrace(IptablesTool tool, Optional<String> podNetwork) {
    this.tool = tool;
    this.podNetwork = podNetwork;
  }

  @Override
  public String where() {
    return tool.name() + " FORWARD";
  }

  @Override
  public List<Finding> find() {
    IptablesRuleset ruleset = tool.save();
    Optional<Table> filter = ruleset.table("filter");
    if (filter.isEmpty()) {
      return List.of(Finding.clear(where(), "no rules"));
    }
    List<Finding> findings = new ArrayList<>();
    List<Rule> others =
        ofOthers(filter.get()).stream().filter(rule -> rule.chain().equals(FORWARD)).toList();
    if (!others.isEmpty()) {
      findings.add(
          ForwardRules.ofOthers(where(), others.size(), "-A " + others.getFirst().specification()));
    }
    if ("DROP".equals(filter.get().chains().get(FORWARD))) {
      Optional<String> network =
          podNetwork.or(() -> ruleset.table("nat").flatMap(this::podNetwork));
      findings.add(ForwardRules.ofDropPolicy(where(), missing(filter.get(), network)));
    }
    return findings.isEmpty() ? List.of(Finding.clear(where(), "no rules of others")) : findings;
  }

  /** kube-proxy marks for masquerading what does not come from a pod. */
  private Optional<String> podNetwork(Table nat) {
    return nat.rules().stream()
        .filter(rule -> rule.target().equals(KubeChains.MARK_MASQUERADE))
        .map(Rule::match)
        .filter(match -> match.size() > 2 && match.subList(0, 2).equals(List.of("!", "-s")))
        .map(match -> match.get(2))
        .findFirst();
  }

  /** The rules that are missing to let Service traffic to this node's pods pass. */
  private List<String> missing(Table filter, Optional<String> network) {
    List<Rule> accepting =
        ofOthers(filter).stream().filter(rule -> rule.target().equals("ACCEPT")).toList();
    List<String> commands = new ArrayList<>();
    String append = tool.installed().orElse(tool.name()) + " -w -A " + FORWARD;
    if (!accepts(accepting, IptablesForwardTrace::isEstablished)) {
      commands.add(append + " -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
    }
    if (!accepts(accepting, match -> isDestination(match, network))) {
      commands.add(append + " -d " + network.orElse(ForwardRules.UNKNOWN_NETWORK) + " -j ACCEPT");
    }
    return commands;
  }

  private static boolean accepts(List<Rule> accepting, Predicate<List<String>> wanted) {
    return accepting.stream()
        .map(Rule::match)
        .anyMatch(match -> match.isEmpty() || wanted.test(match));
  }

  private static boolean isEstablished(List<String> match) {
    int state = Math.max(match.indexOf("--ctstate"), match.indexOf("--state"));
    return state == 2 && match.size() == 4 && match.get(3).contains("ESTABLISHED");
  }

  private static boolean isDestination(List<String> match, Optional<String> network) {
    return match.size() == 2
        && match.getFirst().equals("-d")
        && network.map(match.get(1)::equals).orElse(true);
  }

  /** The rules that stay, of FORWARD and of chains that it may jump to. */
  private static List<Rule> ofOthers(Table filter) {
    return filter.rules().stream()
        .filter(rule -> !NOT_FORWARDED.contains(rule.chain()))
        .filter(rule -> !isKubernetes(rule.chain()) && !isKubernetes(rule.target()))
        .toList();
  }

  private static boolean isKubernetes(String chain) {
    return KubeChains.areKubeProxys("filter", chain) || KubeChains.areKubelets("filter", chain);
  }
}
