// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.migrate.NftRuleset.Chain;
import dev.sluice.migrate.NftRuleset.Rule;
import dev.sluice.migrate.NftRuleset.Table;
import dev.sluice.node.AddressFamily;
import dev.sluice.node.NodeException;
import dev.sluice.node.Programs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The base chains of nftables with the hook forward: {@link ForwardRules}. */
final class NftForwardTrace implements Trace {
  private static final Set<String> FAMILIES = Set.of("ip", "ip6", "inet");

  private final Programs programs;
  private final Supplier<List<Table>> kernel;
  private final Predicate<Table> ofIptables;
  private final Map<AddressFamily, String> podNetworks;

  /**
   * @param kernel tells the tables without nft
   * @param ofIptables tells the tables of iptables-nft, which are searched elsewhere
   */
  NftForwardTrace(
      Programs programs,
      Supplier<List<Table>> kernel,
      Predicate<Table> ofIptables,
      Map<AddressFamily, String> podNetworks) {
    this.programs = programs;
    this.kernel = kernel;
    this.ofIptables = ofIptables;
    this.podNetworks = Map.copyOf(podNetworks);
  }

  @Override
  public String where() {
    return "nftables forward";
  }

  @Override
  public List<Finding> find() {
    Optional<NftRuleset> ruleset = NftRuleset.list(programs);
    if (ruleset.isEmpty() && kernel.get().stream().anyMatch(this::isOfOthers)) {
      throw new NodeException("there are tables of others, but nft is not installed: install it");
    }
    List<Finding> findings = new ArrayList<>();
    for (Chain chain : ruleset.map(NftRuleset::chains).orElse(List.of())) {
      if (chain.hook().equals("forward") && isOfOthers(chain.table())) {
        find(ruleset.get(), chain, findings);
      }
    }
    return findings.isEmpty() ? List.of(Finding.clear(where(), "no chains of others")) : findings;
  }

  private boolean isOfOthers(Table table) {
    return FAMILIES.contains(table.family())
        && !NftTrace.TABLES.contains(table)
        && !ofIptables.test(table);
  }

  private void find(NftRuleset ruleset, Chain chain, List<Finding> findings) {
    List<Rule> rules =
        ruleset.rules().stream().filter(rule -> rule.table().equals(chain.table())).toList();
    int own = (int) rules.stream().filter(rule -> rule.chain().equals(chain.name())).count();
    if (own > 0) {
      findings.add(ForwardRules.ofOthers(where(), own, "those of chain " + name(chain)));
    }
    if (chain.policy().equals("drop")) {
      findings.add(ForwardRules.ofDropPolicy(where(), missing(chain, rules)));
    }
  }

  private List<String> missing(Chain chain, List<Rule> rules) {
    List<List<JsonNode>> accepting =
        rules.stream()
            .map(Rule::expressions)
            .filter(expressions -> expressions.stream().anyMatch(part -> part.has("accept")))
            .map(expressions -> expressions.stream().filter(part -> part.has("match")).toList())
            .toList();
    List<String> commands = new ArrayList<>();
    String add = "nft add rule " + name(chain);
    if (accepting.stream().noneMatch(matches -> isAll(matches, NftForwardTrace::isEstablished))) {
      commands.add(add + " ct state established,related accept");
    }
    for (AddressFamily family : families(chain.table())) {
      String protocol = protocol(family);
      Optional<String> network = Optional.ofNullable(podNetworks.get(family));
      if (accepting.stream()
          .noneMatch(matches -> isAll(matches, match -> isDestination(match, protocol, network)))) {
        commands.add(
            "%s %s daddr %s accept"
                .formatted(add, protocol, network.orElse(ForwardRules.UNKNOWN_NETWORK)));
      }
    }
    return commands;
  }

  /** A family of which no pods' network is given, while another's is, has no pods. */
  private List<AddressFamily> families(Table table) {
    List<AddressFamily> all =
        switch (table.family()) {
          case "ip" -> List.of(AddressFamily.IPV4);
          case "ip6" -> List.of(AddressFamily.IPV6);
          default -> List.of(AddressFamily.IPV4, AddressFamily.IPV6);
        };
    return podNetworks.isEmpty() ? all : all.stream().filter(podNetworks::containsKey).toList();
  }

  /**
   * Whether a rule accepts all that {@code wanted} does: that is its only match, or it has none.
   */
  private static boolean isAll(List<JsonNode> matches, Predicate<JsonNode> wanted) {
    return matches.isEmpty()
        || (matches.size() == 1 && wanted.test(matches.getFirst().get("match")));
  }

  private static boolean isEstablished(JsonNode match) {
    return match.at("/left/ct/key").asText().equals("state")
        && !match.path("op").asText().equals("!=")
        && match.path("right").toString().contains("\"established\"");
  }

  private static boolean isDestination(JsonNode match, String protocol, Optional<String> network) {
    JsonNode prefix = match.at("/right/prefix");
    String right = prefix.path("addr").asText() + "/" + prefix.path("len").asText();
    return match.at("/left/payload/field").asText().equals("daddr")
        && match.at("/left/payload/protocol").asText().equals(protocol)
        && match.path("op").asText().equals("==")
        && network.map(right::equals).orElse(true);
  }

  private static String protocol(AddressFamily family) {
    return family == AddressFamily.IPV4 ? "ip" : "ip6";
  }

  private static String name(Chain chain) {
    return chain.table().family() + " " + chain.table().name() + " " + chain.name();
  }
}
