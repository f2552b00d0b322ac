// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the figure of one benchmark, with one set of parameters, is held against.
 *
 * @param what is measured, for people
 * @param benchmark its class and method, {@code Class.method}
 * @param parameters those that it must have been run with
 */
record Target(String what, String benchmark, Map<String, String> parameters, Limit limit) {
  private static final double NANOS_PER_SECOND = 1e9;

  /** How good is good enough. */
  sealed interface Limit {
    /**
     * A duration.
     *
     * @param unit us or ms
     */
    record AtMost(double value, String unit) implements Limit {}

    /** A rate of one thread. */
    record AtLeastPerSecond(double value) implements Limit {}

    /** A multiple of the same with another value of one parameter. */
    record AtMostTimes(double factor, String parameter, String value) implements Limit {}
  }

  Target {
    parameters = Map.copyOf(parameters);
  }

  static Target atMost(String what, String benchmark, String unit, double value) {
    return new Target(what, benchmark, Map.of(), new Limit.AtMost(value, unit));
  }

  static Target atLeastPerSecond(String what, String benchmark, double value) {
    return new Target(what, benchmark, Map.of(), new Limit.AtLeastPerSecond(value));
  }

  /**
   * @param parameter and value of the run that it is compared with
   */
  static Target atMostTimes(
      String what, String benchmark, double factor, String parameter, String value) {
    return new Target(what, benchmark, Map.of(), new Limit.AtMostTimes(factor, parameter, value));
  }

  /** The same for runs with this value of a parameter. */
  Target where(String parameter, String value) {
    Map<String, String> more = new HashMap<>(parameters);
    more.put(parameter, value);
    return new Target(what, benchmark, more, limit);
  }

  /** Holds results against this. */
  Judgement judge(JmhResults results) {
    OptionalDouble nanos = results.nanos(benchmark, parameters);
    return switch (limit) {
      case Limit.AtMost(double most, String unit) ->
          judgement(
              "at most " + number(most) + " " + unit,
              nanos.isEmpty() ? nanos : OptionalDouble.of(nanos.getAsDouble() / nanosOf(unit)),
              " " + unit,
              value -> value <= most);
      case Limit.AtLeastPerSecond(double least) ->
          judgement(
              "at least " + number(least / 1e6) + " million/s",
              nanos.isEmpty()
                  ? nanos
                  : OptionalDouble.of(NANOS_PER_SECOND / nanos.getAsDouble() / 1e6),
              " million/s",
              value -> value >= least / 1e6);
      case Limit.AtMostTimes(double factor, String parameter, String value) -> {
        Map<String, String> other = new HashMap<>(parameters);
        other.put(parameter, value);
        OptionalDouble base = results.nanos(benchmark, other);
        yield judgement(
            "at most " + number(factor) + " times",
            nanos.isEmpty() || base.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(nanos.getAsDouble() / base.getAsDouble()),
            " times",
            ratio -> ratio <= factor);
      }
    };
  }

  private interface Test {
    boolean passes(double value);
  }

  private Judgement judgement(String target, OptionalDouble value, String unit, Test test) {
    return new Judgement(
        what,
        target,
        value.isEmpty() ? "" : number(value.getAsDouble()) + unit,
        value.isEmpty() ? Optional.empty() : Optional.of(test.passes(value.getAsDouble())));
  }

  private static double nanosOf(String unit) {
    return JmhResults.nanosOf(unit);
  }

  /** Three digits that mean something. */
  private static String number(double value) {
    int decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
    String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
    return text.indexOf('.') < 0 ? text : text.replaceAll("\\.?0+$", "");
  }
}
