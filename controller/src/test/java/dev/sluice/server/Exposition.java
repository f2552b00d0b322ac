// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A scrape in the text format of Prometheus, version 0.0.4, read strictly: what a lenient reader
 * would forgive is an error here.
 *
 * @param families by name, in order of the text
 */
public record Exposition(Map<String, Family> families) {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
  private static final Pattern META = Pattern.compile("# (HELP|TYPE) (\\S+) (.+)");
  private static final Pattern SAMPLE =
      Pattern.compile("([^\\s{]+)(?:\\{(.*)})? (\\S+)(?: (-?\\d+))?");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\\\\\"n])*)\"");
  private static final Pattern HELP = Pattern.compile("(?:[^\\\\]|\\\\[\\\\n])*");
  private static final Set<String> TYPES = Set.of("counter", "gauge", "histogram", "summary");

  /**
   * One metric.
   *
   * @param labels as written, without a histogram's {@code le}
   */
  public record Sample(String name, Map<String, String> labels, double value) {}

  /** All samples of one name. */
  public record Family(String name, String type, String help, List<Sample> samples) {}

  /**
   * Reads a scrape.
   *
   * @throws IllegalArgumentException that quotes the first line that is not right
   */
  public static Exposition parse(String text) {
    if (!text.isEmpty() && !text.endsWith("\n")) {
      throw new IllegalArgumentException("the last line has no end");
    }
    Reader reader = new Reader();
    text.lines().forEach(reader::line);
    reader.families.values().stream()
        .filter(family -> family.type().equals("histogram"))
        .forEach(Exposition::requireHistogram);
    return new Exposition(reader.families);
  }

  /** The value of a sample; labels as {@code name=value} pairs. */
  public double value(String name, String... labels) {
    Map<String, String> wanted = new TreeMap<>();
    for (String label : labels) {
      wanted.put(label.substring(0, label.indexOf('=')), label.substring(label.indexOf('=') + 1));
    }
    return families.values().stream()
        .flatMap(family -> family.samples().stream())
        .filter(sample -> sample.name().equals(name) && sample.labels().equals(wanted))
        .mapToDouble(Sample::value)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + wanted));
  }

  private static final class Reader {
    private final Map<String, Family> families = new LinkedHashMap<>();
    private final Set<String> seen = new HashSet<>();
    private String help;
    private String helpOf;
    private Family current;

    void line(String line) {
      if (line.startsWith("#")) {
        meta(line);
      } else {
        sample(line);
      }
    }

    private void meta(String line) {
      Matcher meta = match(META, line, line);
      String name = meta.group(2);
      match(NAME, name, line);
      if (meta.group(1).equals("HELP")) {
        match(HELP, meta.group(3), line);
        if (families.containsKey(name)) {
          throw wrong("a second HELP, or one behind its TYPE", line);
        }
        help = meta.group(3);
        helpOf = name;
        return;
      }
      if (families.containsKey(name)) {
        throw wrong("a second TYPE", line);
      }
      if (!TYPES.contains(meta.group(3))) {
        throw wrong("an unknown type", line);
      }
      if (!name.equals(helpOf)) {
        throw wrong("no HELP", line);
      }
      current = new Family(name, meta.group(3), help, new ArrayList<>());
      families.put(name, current);
    }

    private void sample(String line) {
      Matcher sample = match(SAMPLE, line, line);
      String name = sample.group(1);
      match(NAME, name, line);
      if (current == null || !belongs(name)) {
        throw wrong("a sample behind another's TYPE", line);
      }
      Map<String, String> labels = labels(sample.group(2), line);
      if (!seen.add(name + labels)) {
        throw wrong("a second sample of the same name and labels", line);
      }
      double value = number(sample.group(3), line);
      if (current.type().equals("counter") && !(value >= 0)) {
        throw wrong("a counter below 0", line);
      }
      current.samples().add(new Sample(name, labels, value));
    }

    private boolean belongs(String name) {
      return switch (current.type()) {
        case "histogram" ->
            Set.of("_bucket", "_count", "_sum").stream()
                .anyMatch(end -> name.equals(current.name() + end));
        default -> name.equals(current.name());
      };
    }
  }

  private static Map<String, String> labels(String text, String line) {
    Map<String, String> labels = new TreeMap<>();
    String rest = text == null ? "" : text;
    while (!rest.isEmpty()) {
      Matcher label = LABEL.matcher(rest);
      if (!label.lookingAt()) {
        throw wrong("a label that is not right", line);
      }
      if (labels.put(label.group(1), label.group(2)) != null) {
        throw wrong("a label twice", line);
      }
      rest = rest.substring(label.end());
      if (!rest.isEmpty()) {
        if (!rest.startsWith(",")) {
          throw wrong("labels without a comma between them", line);
        }
        rest = rest.substring(1);
      }
    }
    return labels;
  }

  private static double number(String text, String line) {
    try {
      return switch (text) {
        case "+Inf" -> Double.POSITIVE_INFINITY;
        case "-Inf" -> Double.NEGATIVE_INFINITY;
        default -> Double.parseDouble(text);
      };
    } catch (NumberFormatException e) {
      throw wrong("a value that is no number", line);
    }
  }

  /** Buckets grow, the last is +Inf and equals the count, and there is a sum. */
  private static void requireHistogram(Family family) {
    Map<Map<String, String>, List<Sample>> series = new LinkedHashMap<>();
    Map<Map<String, String>, Double> counts = new LinkedHashMap<>();
    Set<Map<String, String>> sums = new HashSet<>();
    for (Sample sample : family.samples()) {
      Map<String, String> labels = new TreeMap<>(sample.labels());
      labels.remove("le");
      switch (sample.name().substring(family.name().length())) {
        case "_bucket" -> series.computeIfAbsent(labels, key -> new ArrayList<>()).add(sample);
        case "_count" -> counts.put(labels, sample.value());
        default -> sums.add(labels);
      }
    }
    if (!counts.keySet().equals(series.keySet()) || !sums.equals(series.keySet())) {
      throw wrong("buckets, count and sum that do not go together", family.name());
    }
    series.forEach((labels, buckets) -> requireBuckets(family, buckets, counts.get(labels)));
  }

  private static void requireBuckets(Family family, List<Sample> buckets, double count) {
    double bound = Double.NEGATIVE_INFINITY;
    double before = 0;
    for (Sample bucket : buckets) {
      String text = bucket.labels().get("le");
      if (text == null) {
        throw wrong("a bucket without le", family.name());
      }
      double le = number(text, family.name());
      if (le <= bound || bucket.value() < before) {
        throw wrong("buckets that do not grow", family.name());
      }
      bound = le;
      before = bucket.value();
    }
    if (bound != Double.POSITIVE_INFINITY || before != count) {
      throw wrong("no bucket le=\"+Inf\", or one that is not the count", family.name());
    }
  }

  private static Matcher match(Pattern pattern, String text, String line) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.matches()) {
      throw wrong("a line that is not right", line);
    }
    return matcher;
  }

  private static IllegalArgumentException wrong(String what, String line) {
    return new IllegalArgumentException(what + ": " + line);
  }
}
