// SPDX-License-Identifier: Apache-2.0
package dev.sluice.compatibility;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is known of every rule.
 *
 * @param standings by number of rule; every rule of the list has one
 */
record Compatibility(RuleList rules, SortedMap<Integer, Standing> standings) {

  /**
   * @param why empty if the rule is met
   * @param tests those that show that it is met, or how it differs
   */
  record Standing(Status status, String why, SortedSet<ShowingTest> tests) {}

  /**
   * @throws CompatibilityException if a rule has neither test nor reason, if tests contradict a
   *     reason, or if something speaks of a rule that does not exist
   */
  static Compatibility of(
      RuleList rules,
      Map<Integer, Reason> reasons,
      Map<Integer, ? extends SortedSet<ShowingTest>> tests) {
    List<String> problems = new ArrayList<>();
    reasons.keySet().stream()
        .filter(number -> !exists(rules, number))
        .forEach(number -> problems.add("reasons.txt: there is no rule " + number));
    tests.forEach(
        (number, by) -> {
          if (!exists(rules, number)) {
            problems.add(by + ": @ShowsRules names rule " + number + ", which does not exist");
          }
        });
    SortedMap<Integer, Standing> standings = new TreeMap<>();
    for (Section section : rules.sections()) {
      for (Rule rule : section.rules()) {
        SortedSet<ShowingTest> by =
            tests.containsKey(rule.number()) ? tests.get(rule.number()) : new TreeSet<>();
        standings.put(rule.number(), standing(rule, reasons.get(rule.number()), by, problems));
      }
    }
    if (!problems.isEmpty()) {
      throw new CompatibilityException(problems);
    }
    return new Compatibility(rules, standings);
  }

  private static boolean exists(RuleList rules, int number) {
    return number >= 1 && number <= rules.size();
  }

  private static Standing standing(
      Rule rule, Reason reason, SortedSet<ShowingTest> tests, List<String> problems) {
    if (reason == null) {
      if (tests.isEmpty()) {
        problems.add(
            "rule %d (%s) has neither a test with @ShowsRules(%d) nor a reason in reasons.txt"
                .formatted(rule.number(), rule.name(), rule.number()));
      }
      return new Standing(Status.MET, "", tests);
    }
    if (reason.status() == Status.NOT_YET && !tests.isEmpty()) {
      problems.add(
          "rule %d (%s) is 'not yet' in reasons.txt, but %s shows it: remove the reason"
              .formatted(rule.number(), rule.name(), tests));
    }
    return new Standing(reason.status(), reason.why(), tests);
  }

  long count(Status status) {
    return standings.values().stream().filter(standing -> standing.status() == status).count();
  }
}
