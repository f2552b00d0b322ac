// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** How often which server answered, and how often none did, and why. */
public record Histogram(Map<String, Integer> answers, Map<Failure, Integer> failures) {

  /** Answers of all servers together. */
  public int answered() {
    return answers.values().stream().mapToInt(Integer::intValue).sum();
  }

  public int failed() {
    return failures.values().stream().mapToInt(Integer::intValue).sum();
  }

  Fields toFields() {
    Fields fields = new Fields();
    answers.forEach((server, count) -> fields.with("answer." + server, count));
    failures.forEach((failure, count) -> fields.with("failure." + failure, count));
    return fields;
  }

  static Histogram of(Fields fields) {
    Map<String, Integer> answers = new TreeMap<>();
    Map<Failure, Integer> failures = new EnumMap<>(Failure.class);
    fields
        .asMap()
        .forEach(
            (name, count) -> {
              if (name.startsWith("answer.")) {
                answers.put(name.substring("answer.".length()), Integer.valueOf(count));
              } else if (name.startsWith("failure.")) {
                failures.put(
                    Failure.valueOf(name.substring("failure.".length())), Integer.valueOf(count));
              }
            });
    return new Histogram(answers, failures);
  }
}
