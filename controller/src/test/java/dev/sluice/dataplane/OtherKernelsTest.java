// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernels of Debian's releases take what this one takes, in a virtual machine. */
class OtherKernelsTest {
  /** A minute on a free machine; it may be a busy one. */
  private static final String TIME_LIMIT = "400";

  private static final String VIRTUAL_MACHINE =
      Path.of("..", "vagrant", "qemu.sh").toAbsolutePath().normalize().toString();

  /** What a command printed, standard output and error together, and its exit status. */
  private record Outcome(int status, String text) {}

  @ParameterizedTest
  @ValueSource(strings = {"5.10", "6.1", "6.12"})
  void theKernelPassesTheCheckAndVerifiesEveryProgram(String series) throws Exception {
    Outcome preparation = run(VIRTUAL_MACHINE, "--kernel", series, "--prepare");
    if (preparation.status() != 0) {
      System.out.print("skipped: " + preparation.text());
    }
    assumeTrue(preparation.status() == 0, preparation.text());

    long begun = System.nanoTime();
    Outcome outcome =
        run(
            VIRTUAL_MACHINE,
            "--kernel",
            series,
            "--clock",
            "real",
            "--processors",
            "2",
            "--time-limit",
            TIME_LIMIT,
            "--",
            "sh",
            "-ec",
            "uname -r; \"$@\" dev.sluice.cli.Sluice check; \"$@\" dev.sluice.dataplane.EveryProgram",
            "sh",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"));
    System.out.printf(
        "%skernel %s: %.1f s%n", outcome.text(), series, (System.nanoTime() - begun) / 1e9);
    assertThat(outcome.status()).isZero();
    assertThat(outcome.text().lines())
        .anyMatch(line -> line.startsWith(series + "."))
        .anyMatch(line -> line.matches("OK +kernel +" + series.replace(".", "\\.") + "\\..*"))
        .contains("loaded tc_ingress", "loaded tc_egress", "loaded xdp_ingress", "loaded connect6");
    // 5.10 has no programs that collect, and no cookies in iterators.
    assertThat(outcome.text().lines().filter(line -> line.startsWith("loaded ")))
        .hasSize(series.equals("5.10") ? 17 : 19);
  }

  private static Outcome run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), text);
  }
}
