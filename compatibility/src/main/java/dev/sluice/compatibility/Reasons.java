// SPDX-License-Identifier: Apache-2.0
package dev.sluice.compatibility;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why rules are not simply met, as {@code reasons.txt} has it: {@code STATUS NUMBERS: why}, where
 * STATUS is {@code differs}, {@code does not apply} or {@code not yet}, and NUMBERS are like {@code
 * 17-20, 23}.
 */
final class Reasons {
  private static final Pattern ENTRY = Pattern.compile("([a-z ]+) ([0-9][0-9, -]*):(.*)");
  private static final Pattern NUMBERS = Pattern.compile("(\\d+)(?:-(\\d+))?");

  private Reasons() {}

  /** The reasons by number of rule. */
  static SortedMap<Integer, Reason> parse(String text) {
    SortedMap<Integer, Reason> reasons = new TreeMap<>();
    for (String entry : TextFile.entries(text)) {
      Matcher matcher = ENTRY.matcher(entry);
      if (!matcher.matches()) {
        throw wrong(entry, "expected 'STATUS NUMBERS: why'");
      }
      Reason reason = reason(entry, matcher.group(1), matcher.group(3).strip());
      for (String numbers : matcher.group(2).split(",", -1)) {
        Matcher range = NUMBERS.matcher(numbers.strip());
        if (!range.matches()) {
          throw wrong(entry, "'" + numbers.strip() + "' is neither a number nor FIRST-LAST");
        }
        int first = Integer.parseInt(range.group(1));
        int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
        if (last < first) {
          throw wrong(entry, "the range " + numbers.strip() + " is empty");
        }
        for (int number = first; number <= last; number++) {
          if (reasons.put(number, reason) != null) {
            throw wrong(entry, "rule " + number + " has a reason already");
          }
        }
      }
    }
    return reasons;
  }

  private static Reason reason(String entry, String label, String why) {
    Status status =
        Status.labelled(label)
            .filter(known -> known != Status.MET)
            .orElseThrow(
                () ->
                    wrong(
                        entry,
                        "'"
                            + label
                            + "' is none of differs, does not apply, not yet (what is met"
                            + " needs a test, and no reason)"));
    if (why.isEmpty()) {
      throw wrong(entry, "say why");
    }
    return new Reason(status, why);
  }

  private static CompatibilityException wrong(String entry, String problem) {
    return new CompatibilityException("reasons.txt: '" + entry + "': " + problem);
  }
}
