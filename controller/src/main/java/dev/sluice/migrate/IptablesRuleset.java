// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import dev.sluice.node.NodeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code iptables-save} prints, read. */
record IptablesRuleset(List<Table> tables) {
  private static final Pattern COUNTERS = Pattern.compile("^\\[\\d+:\\d+\\] ");
  private static final Pattern CHAIN = Pattern.compile(":(\\S+) (\\S+)( \\[\\d+:\\d+\\])?");
  private static final Pattern RULE = Pattern.compile("-A (\\S+)( .*)?");

  /** What the nftables variant prints in place of a table that it does not understand. */
  private static final Pattern INCOMPATIBLE = Pattern.compile("# Table `\\S+' .*incompatible.*");

  /**
   * A table.
   *
   * @param chains policies by chain, in the order of the text; {@code -} for a chain that is not
   *     built in
   */
  record Table(String name, Map<String, String> chains, List<Rule> rules) {
    boolean isBuiltIn(String chain) {
      return !chains.getOrDefault(chain, "-").equals("-");
    }
  }

  /**
   * A rule.
   *
   * @param target where {@code -j} or {@code -g} sends to; "" if nowhere
   * @param match the words between chain and target, without quotes and without comments
   * @param specification the text after {@code -A}, chain included, as it was printed
   */
  record Rule(String chain, String target, List<String> match, String specification) {}

  Optional<Table> table(String name) {
    return tables.stream().filter(table -> table.name().equals(name)).findFirst();
  }

  /**
   * Reads it.
   *
   * @param source the program that printed it, for errors
   * @throws NodeException if it is not understood, whole
   */
  static IptablesRuleset parse(String source, String text) {
    List<Table> tables = new ArrayList<>();
    Table open = null;
    int number = 0;
    for (String raw : text.split("\n", -1)) {
      number++;
      String line = COUNTERS.matcher(raw.strip()).replaceFirst("");
      if (INCOMPATIBLE.matcher(line).matches()) {
        throw new NodeException(source + " cannot show all: " + line.substring(2));
      }
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      Matcher chain = CHAIN.matcher(line);
      Matcher rule = RULE.matcher(line);
      if (open == null && line.startsWith("*")) {
        open = new Table(line.substring(1), new LinkedHashMap<>(), new ArrayList<>());
      } else if (open != null && line.equals("COMMIT")) {
        tables.add(open);
        open = null;
      } else if (open != null && chain.matches()) {
        open.chains().put(chain.group(1), chain.group(2));
      } else if (open != null && rule.matches()) {
        open.rules().add(rule(source, number, rule.group(1), line.substring("-A ".length())));
      } else {
        throw malformed(source, number, line);
      }
    }
    if (open != null) {
      throw new NodeException(
          "what %s printed ends within the table %s".formatted(source, open.name()));
    }
    return new IptablesRuleset(List.copyOf(tables));
  }

  private static Rule rule(String source, int number, String chain, String specification) {
    List<String> words = words(specification);
    if (words.isEmpty()) {
      throw malformed(source, number, specification);
    }
    String target = "";
    List<String> match = new ArrayList<>();
    for (int i = 1; i < words.size(); i++) {
      String word = words.get(i);
      boolean hasNext = i + 1 < words.size();
      if (hasNext && (word.equals("-j") || word.equals("-g"))) {
        target = words.get(i + 1);
        // What follows are the target's own options, such as --to-destination.
        break;
      }
      if (hasNext && word.equals("-m") && words.get(i + 1).equals("comment")) {
        i++;
      } else if (hasNext && word.equals("--comment")) {
        i++;
      } else {
        match.add(word);
      }
    }
    return new Rule(chain, target, List.copyOf(match), specification);
  }

  /** Splits at blanks outside of double quotes; none if a quote is not closed. */
  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean quoted = false;
    boolean begun = false;
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      if (character == '\\' && i + 1 < text.length()) {
        word.append(text.charAt(++i));
        begun = true;
      } else if (character == '"') {
        quoted = !quoted;
        begun = true;
      } else if (character == ' ' && !quoted) {
        if (begun) {
          words.add(word.toString());
        }
        word.setLength(0);
        begun = false;
      } else {
        word.append(character);
        begun = true;
      }
    }
    if (begun) {
      words.add(word.toString());
    }
    return quoted ? List.of() : words;
  }

  private static NodeException malformed(String source, int number, String line) {
    return new NodeException(
        "line %d of what %s printed was not understood: %s".formatted(number, source, line));
  }
}
