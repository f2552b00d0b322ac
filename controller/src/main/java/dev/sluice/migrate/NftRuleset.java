// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.node.NodeException;
import dev.sluice.node.Programs;
import dev.sluice.node.Programs.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@code nft -j list ruleset} prints, as far as it matters here (libnftables-json(5)). */
record NftRuleset(List<Table> tables, List<Chain> chains, List<Rule> rules) {
  static final String PROGRAM = "nft";

  private static final Duration LIMIT = Duration.ofSeconds(60);

  /**
   * A table.
   *
   * @param family {@code ip}, {@code ip6}, {@code inet} and so on
   */
  record Table(String family, String name) {}

  /**
   * A chain.
   *
   * @param type {@code filter}, {@code nat} or {@code route}; "" if it is no base chain
   * @param hook {@code forward} and so on; "" if it is no base chain
   * @param policy {@code accept} or {@code drop}; "" if it is no base chain
   */
  record Chain(Table table, String name, String type, String hook, String policy) {}

  /**
   * A rule.
   *
   * @param expressions its matches and statements, in their order
   */
  record Rule(Table table, String chain, List<JsonNode> expressions) {}

  /**
   * Asks the kernel, through nft.
   *
   * @return empty if nft is missing
   * @throws NodeException if it fails or its answer is not understood
   */
  static Optional<NftRuleset> list(Programs programs) {
    // --terse leaves out the elements of sets, of which kube-proxy has one for each frontend.
    List<String> command = List.of(PROGRAM, "--json", "--terse", "list", "ruleset");
    return switch (programs.run(LIMIT, command, "")) {
      case Answer.Printed(String text) -> Optional.of(parse(text));
      case Answer.Failed(String why) -> throw new NodeException("nft list ruleset: " + why);
      case Answer.Missing _ -> Optional.empty();
    };
  }

  static NftRuleset parse(String json) {
    JsonNode objects;
    try {
      objects = new ObjectMapper().readTree(json).path("nftables");
    } catch (JacksonException e) {
      throw new NodeException("what nft printed is not JSON: " + e.getOriginalMessage(), e);
    }
    if (!objects.isArray()) {
      throw new NodeException("what nft printed has no array \"nftables\"");
    }
    List<Table> tables = new ArrayList<>();
    List<Chain> chains = new ArrayList<>();
    List<Rule> rules = new ArrayList<>();
    for (JsonNode object : objects) {
      if (object.has("table")) {
        JsonNode table = object.get("table");
        tables.add(new Table(text(table, "family"), text(table, "name")));
      } else if (object.has("chain")) {
        JsonNode chain = object.get("chain");
        chains.add(
            new Chain(
                tableOf(chain),
                text(chain, "name"),
                chain.path("type").asText(),
                chain.path("hook").asText(),
                chain.path("policy").asText()));
      } else if (object.has("rule")) {
        JsonNode rule = object.get("rule");
        List<JsonNode> expressions = new ArrayList<>();
        rule.path("expr").forEach(expressions::add);
        rules.add(new Rule(tableOf(rule), text(rule, "chain"), List.copyOf(expressions)));
      }
    }
    return new NftRuleset(List.copyOf(tables), List.copyOf(chains), List.copyOf(rules));
  }

  /** What a table consists of. */
  int chainsOf(Table table) {
    return (int) chains.stream().filter(chain -> chain.table().equals(table)).count();
  }

  private static Table tableOf(JsonNode object) {
    return new Table(text(object, "family"), text(object, "table"));
  }

  private static String text(JsonNode object, String field) {
    if (!object.path(field).isTextual()) {
      throw new NodeException(
          "what nft printed has an object without \"%s\": %s".formatted(field, object));
    }
    return object.get(field).asText();
  }
}
