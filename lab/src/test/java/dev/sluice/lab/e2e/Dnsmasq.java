// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabProcess;
import dev.sluice.lab.PodHost;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The dnsmasq of the distribution in a pod, on UDP and TCP port 53. It answers every name below
 * {@code lab} with the pod's addresses, so that an answer tells who gave it, and {@code big.lab}
 * with many texts.
 */
final class Dnsmasq implements AutoCloseable {
  static final int PORT = 53;

  private static final int TEXTS = 40;
  private static final int TEXT_BYTES = 200;

  private final LabProcess process;

  private Dnsmasq(LabProcess process) {
    this.process = process;
  }

  static Dnsmasq start(Lab lab, PodHost pod) {
    Path configuration = lab.directory().resolve("dnsmasq-%s.conf".formatted(pod));
    try {
      Files.writeString(configuration, configuration(pod));
    } catch (IOException e) {
      throw new AssertionError("cannot write " + configuration, e);
    }
    LabProcess process =
        pod.start(
            "dnsmasq",
            "--keep-in-foreground",
            "--user=root", // the lab's directory is root's
            "--conf-file=" + configuration,
            "--pid-file=" + configuration.resolveSibling("dnsmasq-%s.pid".formatted(pod)),
            "--log-facility=-");
    Await.until(
        "dnsmasq (of the package dnsmasq-base) in %s; its log: %s".formatted(pod, process.log()),
        () -> {
          assertThat(process.isAlive()).as("dnsmasq in %s: %s", pod, process.log()).isTrue();
          return accepts(pod);
        });
    return new Dnsmasq(process);
  }

  private static String configuration(PodHost pod) {
    List<String> lines = new ArrayList<>(List.of("no-resolv", "no-hosts", "local-ttl=1"));
    for (AddressFamily family : AddressFamily.values()) {
      lines.add("address=/lab/" + pod.address(family).getHostAddress());
    }
    for (int text = 0; text < TEXTS; text++) {
      lines.add("txt-record=big.lab,%03d%s".formatted(text, "x".repeat(TEXT_BYTES - 3)));
    }
    return String.join("\n", lines) + "\n";
  }

  /** Bytes of all texts of {@code big.lab}, each with its length before it. */
  static int textBytes() {
    return TEXTS * (TEXT_BYTES + 1);
  }

  private static boolean accepts(PodHost pod) {
    try {
      return pod.call(
          () -> {
            try (Socket socket = new Socket(pod.address(AddressFamily.IPV4), PORT)) {
              return socket.isConnected();
            } catch (IOException notYet) {
              return false;
            }
          });
    } catch (Exception e) {
      throw new AssertionError("no namespace of " + pod, e);
    }
  }

  @Override
  public void close() {
    process.kill();
  }
}
