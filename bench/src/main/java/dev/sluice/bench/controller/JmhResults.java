// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** What JMH has written as JSON. */
public record JmhResults(List<Result> results) {
  private static final String ALLOCATION = "gc.alloc.rate.norm";

  /**
   * A benchmark with one set of parameters.
   *
   * @param benchmark {@code Class.method}
   * @param nanos for an operation, the median of all iterations: others on the machine disturb the
   *     mean
   * @param bytes allocated for an operation; empty without JMH's GC profiler
   */
  public record Result(
      String benchmark, Map<String, String> parameters, double nanos, OptionalDouble bytes) {}

  public JmhResults {
    results = List.copyOf(results);
  }

  /**
   * Reads a file of JMH's format {@code json}.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static JmhResults read(String json) {
    List<Result> results = new ArrayList<>();
    try {
      for (JsonNode run : new ObjectMapper().readTree(json)) {
        results.add(result(run));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no results of JMH: " + e.getOriginalMessage(), e);
    }
    return new JmhResults(results);
  }

  private static Result result(JsonNode run) {
    String[] name = run.required("benchmark").asText().split("\\.", -1);
    Map<String, String> parameters = new TreeMap<>();
    run.path("params")
        .properties()
        .forEach(entry -> parameters.put(entry.getKey(), entry.getValue().asText()));
    JsonNode metric = run.required("primaryMetric");
    String unit = metric.required("scoreUnit").asText();
    JsonNode allocation = run.path("secondaryMetrics").path(ALLOCATION).path("score");
    return new Result(
        name[name.length - 2] + "." + name[name.length - 1],
        parameters,
        median(metric.required("rawData")) * nanosOf(unit.replace("/op", "")),
        allocation.isNumber() ? OptionalDouble.of(allocation.asDouble()) : OptionalDouble.empty());
  }

  /** Of the iterations of all forks. */
  private static double median(JsonNode forks) {
    List<Double> scores = new ArrayList<>();
    for (JsonNode fork : forks) {
      for (JsonNode score : fork) {
        scores.add(score.asDouble());
      }
    }
    scores.sort(Double::compare);
    int middle = scores.size() / 2;
    return scores.size() % 2 == 1
        ? scores.get(middle)
        : (scores.get(middle - 1) + scores.get(middle)) / 2;
  }

  static double nanosOf(String unit) {
    return switch (unit) {
      case "ns" -> 1;
      case "us" -> 1e3;
      case "ms" -> 1e6;
      case "s" -> 1e9;
      default -> throw new IllegalArgumentException("'" + unit + "' is no unit of time");
    };
  }

  /**
   * The figure of one run.
   *
   * @param parameters that it must have, among others
   */
  OptionalDouble nanos(String benchmark, Map<String, String> parameters) {
    return results.stream()
        .filter(result -> result.benchmark().equals(benchmark))
        .filter(result -> result.parameters().entrySet().containsAll(parameters.entrySet()))
        .mapToDouble(Result::nanos)
        .findFirst();
  }
}
