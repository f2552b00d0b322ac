// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** By a directory that stands for /proc and /sys. */
class ConntrackSysctlsTest {
  private static final ConntrackSettings DEFAULTS =
      settings(OptionalInt.of(131072), false, false, Duration.ZERO);

  @TempDir private Path root;
  private Path parameters;
  private Path hashSize;

  private static ConntrackSettings settings(
      OptionalInt connections, boolean lowering, boolean liberal, Duration udp) {
    return new ConntrackSettings(
        connections, lowering, Duration.ofHours(24), Duration.ofHours(1), liberal, udp, udp);
  }

  @BeforeEach
  void aKernelWithItsOwnDefaults() throws IOException {
    parameters = Files.createDirectories(root.resolve("proc/sys/net/netfilter"));
    write("max", "65536");
    write("tcp_timeout_established", "432000");
    write("tcp_timeout_close_wait", "60");
    write("tcp_be_liberal", "0");
    write("udp_timeout", "30");
    write("udp_timeout_stream", "120");
    hashSize = root.resolve("sys/module/nf_conntrack/parameters/hashsize");
    Files.createDirectories(hashSize.getParent());
    Files.writeString(hashSize, "16384\n");
  }

  private void write(String name, String value) throws IOException {
    Files.writeString(file(name), value + "\n");
  }

  private Path file(String name) {
    return parameters.resolve("nf_conntrack_" + name);
  }

  private static String value(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ConntrackSysctls.Result apply(ConntrackSettings settings) {
    return new ConntrackSysctls(root).apply(settings);
  }

  @Test
  @ShowsRules(182)
  void theDefaultsAreWrittenAsKubeProxyWritesThem() {
    ConntrackSysctls.Result result = apply(DEFAULTS);

    assertThat(result.warnings()).isEmpty();
    assertThat(value(file("max"))).isEqualTo("131072");
    assertThat(value(hashSize)).isEqualTo("32768");
    assertThat(value(file("tcp_timeout_established"))).isEqualTo("86400");
    assertThat(value(file("tcp_timeout_close_wait"))).isEqualTo("3600");
    assertThat(value(file("tcp_be_liberal"))).isEqualTo("0");
    assertThat(value(file("udp_timeout"))).isEqualTo("30");
    assertThat(value(file("udp_timeout_stream"))).isEqualTo("120");
    assertThat(result.changes())
        .hasSize(4)
        .contains("net.netfilter.nf_conntrack_max: 65536 -> 131072");
  }

  @Test
  @ShowsRules(182)
  void whatIsSetAlreadyIsNotWrittenAgain() throws IOException {
    apply(DEFAULTS);
    FileTime longAgo = FileTime.fromMillis(0);
    Files.setLastModifiedTime(file("max"), longAgo);
    Files.setLastModifiedTime(file("tcp_timeout_established"), longAgo);

    assertThat(apply(DEFAULTS).changes()).isEmpty();
    assertThat(Files.getLastModifiedTime(file("max"))).isEqualTo(longAgo);
    assertThat(Files.getLastModifiedTime(file("tcp_timeout_established"))).isEqualTo(longAgo);
  }

  @Test
  @ShowsRules(182)
  void udpTimeoutsAndLiberalTrackingAreSetIfAskedFor() {
    apply(settings(OptionalInt.empty(), false, true, Duration.ofSeconds(45)));

    assertThat(value(file("tcp_be_liberal"))).isEqualTo("1");
    assertThat(value(file("udp_timeout"))).isEqualTo("45");
    assertThat(value(file("udp_timeout_stream"))).isEqualTo("45");
    assertThat(value(file("max"))).isEqualTo("65536");
    assertThat(value(hashSize)).isEqualTo("16384");
  }

  @Test
  void theTableIsMadeSmallerOnlyIfSomebodySaysSo() {
    apply(settings(OptionalInt.of(1000), false, false, Duration.ZERO));
    assertThat(value(file("max"))).isEqualTo("65536");

    apply(settings(OptionalInt.of(1000), true, false, Duration.ZERO));
    assertThat(value(file("max"))).isEqualTo("1000");
    assertThat(value(hashSize)).as("buckets are only added").isEqualTo("16384");
  }

  @Test
  @ShowsRules(182)
  void aParameterThatCannotBeWrittenIsAWarningAndTheOthersAreSet() throws IOException {
    Files.delete(file("tcp_timeout_close_wait"));
    Files.delete(hashSize);
    Files.createDirectory(hashSize);

    ConntrackSysctls.Result result = apply(DEFAULTS);

    assertThat(result.warnings())
        .hasSize(2)
        .anyMatch(line -> line.contains("hashsize is not raised to 32768"))
        .anyMatch(line -> line.contains("nf_conntrack_tcp_timeout_close_wait is not set"));
    assertThat(value(file("tcp_timeout_established"))).isEqualTo("86400");
  }

  @Test
  void aReadOnlyDirectoryIsAWarningForEachParameter() {
    try (PrivateNamespace namespace = new PrivateNamespace()) {
      // The kernel keeps its limit from other namespaces than the first, as a read-only /proc does.
      ConntrackSysctls.Result result =
          namespace.call(
              () ->
                  new ConntrackSysctls(Path.of("/"))
                      .apply(settings(OptionalInt.of(4_000_000), false, false, Duration.ZERO)));
      assertThat(result.warnings())
          .singleElement()
          .asString()
          .containsAnyOf("cannot write sysctl net.netfilter.nf_conntrack_max", "not loaded");
    }
  }

  @Test
  void withoutConnectionTrackingThereIsOneWarning() throws IOException {
    Files.delete(file("max"));

    assertThat(apply(DEFAULTS).warnings()).singleElement().asString().contains("nf_conntrack");
    assertThat(value(file("tcp_timeout_established"))).isEqualTo("432000");
  }
}
