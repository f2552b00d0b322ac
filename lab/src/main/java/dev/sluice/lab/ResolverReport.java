// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a resolver with one connected socket has met.
 *
 * @param retries questions asked again, after no answer
 * @param misnamed answers whose source was not the server that was asked
 * @param failed questions without an answer at all
 * @param slowest time until an answer, with all retries
 * @param answers by the address of the server that gave them
 * @param errors of sockets, each of which cost a new socket
 */
public record ResolverReport(
    int queries,
    int retries,
    int misnamed,
    int failed,
    Duration slowest,
    Map<String, Integer> answers,
    Map<String, Integer> errors) {

  public ResolverReport {
    answers = new TreeMap<>(answers);
    errors = new TreeMap<>(errors);
  }

  /** Sockets that died and were replaced. */
  public int reopened() {
    return errors.values().stream().mapToInt(Integer::intValue).sum();
  }

  Fields toFields() {
    return Fields.of("queries", queries)
        .with("retries", retries)
        .with("misnamed", misnamed)
        .with("failed", failed)
        .with("slowest", slowest)
        .with("answers", fieldsOf(answers))
        .with("errors", fieldsOf(errors));
  }

  static ResolverReport of(Fields fields) {
    return new ResolverReport(
        fields.number("queries"),
        fields.number("retries"),
        fields.number("misnamed"),
        fields.number("failed"),
        fields.duration("slowest"),
        counts(fields.text("answers")),
        counts(fields.text("errors")));
  }

  /** The texts are values, as names of fields must not hold a space. */
  private static Fields fieldsOf(Map<String, Integer> counts) {
    Fields fields = new Fields();
    int number = 0;
    for (Map.Entry<String, Integer> count : counts.entrySet()) {
      fields.with("text." + number, count.getKey()).with("count." + number, count.getValue());
      number++;
    }
    return fields;
  }

  private static Map<String, Integer> counts(String text) {
    Fields fields = Fields.parse(text);
    Map<String, Integer> counts = new TreeMap<>();
    for (int number = 0; fields.has("text." + number); number++) {
      counts.put(fields.text("text." + number), fields.number("count." + number));
    }
    return counts;
  }
}
