// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.mockapi.MockApiServer;
import dev.sluice.source.kubernetes.LargeCluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A large cluster, from the API server into the maps, with the heap an agent has in a pod. What it
 * takes is printed; only that it fits and arrives is demanded.
 */
class KubernetesScaleTest {
  /** Addresses that only changes have. */
  static final String CHANGED_NETWORK = "10.200.";

  private static final int SERVICES = 10_000;
  private static final int ENDPOINTS_EACH = 10;
  private static final int CHANGES = 1_000;
  private static final int CHANGES_PER_SECOND = 200;
  private static final int PAGE = 500;
  private static final String HEAP = "-Xmx256m";
  private static final double NANOS_PER_MILLI = 1e6;

  private final Map<String, String> said = new HashMap<>();

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void tenThousandServicesFitIntoASmallHeapAndChangesArriveAtOnce() throws IOException {
    try (MockApiServer api = new MockApiServer()) {
      for (int index = 0; index < SERVICES; index++) {
        api.apply(LargeCluster.SERVICES, LargeCluster.service(index));
        api.apply(
            LargeCluster.SLICES,
            LargeCluster.slice(
                index, LargeCluster.address(index * ENDPOINTS_EACH), ENDPOINTS_EACH));
      }
      api.compactQuietly();
      Process agent = agent(api.url());
      try (BufferedReader output = agent.inputReader()) {
        listenUntil("measured", output);
        printStart();
        assertThat(said).containsEntry("services", String.valueOf(SERVICES));
        assertThat(said).containsEntry("problems", "[]").doesNotContainKey("problem");
        long lists = lists(api);
        assertThat(lists).isEqualTo(2L * SERVICES / PAGE + 2);

        long[] latencies = change(api, output);

        Arrays.sort(latencies);
        System.out.printf(
            "%d endpoint changes, %d a second, event to kernel: p50 %.1f ms, p99 %.1f ms, worst %.1f ms%n",
            CHANGES,
            CHANGES_PER_SECOND,
            latencies[CHANGES / 2] / NANOS_PER_MILLI,
            latencies[CHANGES * 99 / 100] / NANOS_PER_MILLI,
            latencies[CHANGES - 1] / NANOS_PER_MILLI);
        assertThat(lists(api)).isEqualTo(lists);
      } finally {
        agent.destroyForcibly();
      }
    }
  }

  private static Process agent(String url) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            HEAP,
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            ScaleAgent.class.getName(),
            url)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static long lists(MockApiServer api) {
    return api.requests().stream().filter(request -> !request.isWatch()).count();
  }

  private void listenUntil(String key, BufferedReader output) throws IOException {
    while (!said.containsKey(key)) {
      String line = output.readLine();
      assertThat(line).as("what the agent says; its last words: %s", said).isNotNull();
      int space = line.lastIndexOf(' ');
      said.put(line.substring(0, space), line.substring(space + 1));
    }
  }

  private void printStart() {
    long started = Long.parseLong(said.get("started"));
    System.out.printf(
        "%d Services, %d endpoints, %s, on a machine with %d CPUs and %d GiB that others use, too:"
            + " synced after %.1f s, programmed after %.1f s; heap after GC %d MiB, resident %d MiB%n",
        SERVICES,
        SERVICES * ENDPOINTS_EACH,
        HEAP,
        Runtime.getRuntime().availableProcessors(),
        machineMemory() >> 30,
        (Long.parseLong(said.get("synced")) - started) / 1e9,
        (Long.parseLong(said.get("programmed")) - started) / 1e9,
        Long.parseLong(said.get("heap")) >> 20,
        Long.parseLong(said.get("resident")) >> 10);
  }

  private static long machineMemory() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : 0;
  }

  /** Changes one endpoint after another, and returns how long each took to be in the maps. */
  private long[] change(MockApiServer api, BufferedReader output) throws IOException {
    long[] begun = new long[CHANGES];
    long pause = TimeUnit.SECONDS.toNanos(1) / CHANGES_PER_SECOND;
    for (int change = 0; change < CHANGES; change++) {
      var slice = LargeCluster.slice(change * 7, changedAddress(change), ENDPOINTS_EACH);
      begun[change] = System.nanoTime();
      api.apply(LargeCluster.SLICES, slice);
      LockSupport.parkNanos(pause - (System.nanoTime() - begun[change]));
    }
    long[] latencies = new long[CHANGES];
    for (int change = 0; change < CHANGES; change++) {
      String key = "changed " + changedAddress(change);
      listenUntil(key, output);
      latencies[change] = Long.parseLong(said.get(key)) - begun[change];
    }
    return latencies;
  }

  private static String changedAddress(int change) {
    return CHANGED_NETWORK + (change >> 8) + "." + (change & 255);
  }
}
