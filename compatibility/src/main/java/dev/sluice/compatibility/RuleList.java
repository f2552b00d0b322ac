// SPDX-License-Identifier: Apache-2.0
package dev.sluice.compatibility;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All rules, by section, as {@code rules.txt} has them: {@code [subject]}, then a line {@code
 * NUMBER name} for each rule, numbered from 1 without a gap.
 */
record RuleList(List<Section> sections) {
  private static final Pattern RULE = Pattern.compile("(\\d+) (.+)");
  private static final Pattern TITLE = Pattern.compile("\\[(.+)]");

  RuleList {
    sections = List.copyOf(sections);
  }

  static RuleList parse(String text) {
    List<Section> sections = new ArrayList<>();
    String title = "";
    List<Rule> rules = new ArrayList<>();
    int next = 1;
    for (String entry : TextFile.entries(text)) {
      Matcher heading = TITLE.matcher(entry);
      if (heading.matches()) {
        if (!rules.isEmpty()) {
          sections.add(new Section(title, rules));
        }
        title = heading.group(1);
        rules = new ArrayList<>();
        continue;
      }
      Matcher rule = RULE.matcher(entry);
      if (!rule.matches() || Integer.parseInt(rule.group(1)) != next) {
        throw new CompatibilityException(
            "rules.txt: '" + entry + "': expected '" + next + " NAME' or '[SUBJECT]'");
      }
      rules.add(new Rule(next, rule.group(2)));
      next++;
    }
    sections.add(new Section(title, rules));
    return new RuleList(sections);
  }

  /** The number of the last rule. */
  int size() {
    return sections.getLast().rules().getLast().number();
  }
}
