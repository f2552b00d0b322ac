// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare.result;

/**
 * What is measured, so that results of one subject compare.
 *
 * @param path a {@link TrafficPath}'s name, or {@link #NODE}
 * @param statistic {@link #MEDIAN} where a round has one figure, else a percentile of its requests
 */
public record Subject(Measure measure, String path, String statistic) {
  /** The path of what no traffic shows. */
  public static final String NODE = "node";

  public static final String MEDIAN = "median";

  /** Measure and path, for people. */
  public String title() {
    return measure.dependsOnPath() ? measure.title() + pathTitle() : measure.title();
  }

  private String pathTitle() {
    return switch (path) {
      case "pod-to-pod" -> ", from a pod";
      case "outside-to-node" -> ", from outside the cluster";
      default -> ", " + path;
    };
  }
}
