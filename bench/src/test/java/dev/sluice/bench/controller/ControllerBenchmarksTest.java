// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark still runs, once and in this JVM; the figures are nobody's here. */
class ControllerBenchmarksTest {
  @TempDir private Path directory;

  @Test
  void everyBenchmarkRuns() throws RunnerException, IOException {
    Path json = directory.resolve("jmh.json");
    new Runner(
            new OptionsBuilder()
                .include("^dev\\.sluice\\.bench\\.controller\\.")
                .forks(0)
                .mode(Mode.SingleShotTime)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(1))
                .param("services", "100")
                .param("endpoints", "1", "101")
                .param("replaced", "1")
                .param("size", "251")
                .param("backends", "1", "1000")
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .resultFormat(ResultFormatType.JSON)
                .result(json.toString())
                .build())
        .run();
    JmhResults results = JmhResults.read(Files.readString(json));
    assertThat(results.results())
        .extracting(JmhResults.Result::benchmark)
        .containsOnly(
            "ColdStartBenchmark.firstInstall",
            "ColdStartBenchmark.install",
            "DecodingBenchmark.apiEndpointSlice",
            "DecodingBenchmark.apiService",
            "DecodingBenchmark.jsonManifest",
            "DecodingBenchmark.yamlManifest",
            "EndpointChangeBenchmark.change",
            "MaglevBenchmark.build",
            "MapUpdateBenchmark.batch",
            "MapUpdateBenchmark.mappedRegion",
            "MapUpdateBenchmark.single",
            "PlanBenchmark.plan",
            "ServiceCommitBenchmark.commit");
    assertThat(results.results())
        .allMatch(result -> result.nanos() > 0)
        .allMatch(result -> result.bytes().isPresent());
    assertThat(results.results())
        .filteredOn(result -> result.benchmark().equals("EndpointChangeBenchmark.change"))
        .extracting(result -> result.parameters().get("reach"))
        .containsExactlyInAnyOrder("CLUSTER_IP", "OUTSIDE");
  }
}
