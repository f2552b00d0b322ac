// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import dev.sluice.lab.Host;
import dev.sluice.lab.ProbeException;
import dev.sluice.lab.Target;
import java.time.Duration;
import java.util.function.Supplier;

/** What becomes of a call, in one word: the name of the server that answers, or the failure. */
final class Outcome {
  /** For an answer; it comes within a millisecond unless the machine is busy. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Where silence is expected; long enough for any refusal to come back. */
  private static final Duration BRIEF = Duration.ofMillis(300);

  private Outcome() {}

  /** Makes a TCP connection. */
  static String tcp(Host client, String address, int port) {
    return tcp(client, Target.of(address, port));
  }

  static String tcp(Host client, Target target) {
    return of(() -> client.probe().connect(target.within(PATIENCE)).server());
  }

  /** {@link #tcp}, where nobody is expected to answer. */
  static String briefTcp(Host client, String address, int port) {
    return of(() -> client.probe().connect(Target.of(address, port).within(BRIEF)).server());
  }

  /** Asks from a connected UDP socket, which is told of ICMP errors. */
  static String udp(Host client, String address, int port) {
    return udp(client, Target.of(address, port));
  }

  static String udp(Host client, Target target) {
    return of(() -> client.probe().udpConnected(target.within(PATIENCE), "anybody?").server());
  }

  /** {@link #udp}, where nobody is expected to answer. */
  static String briefUdp(Host client, String address, int port) {
    Target target = Target.of(address, port).within(BRIEF);
    return of(() -> client.probe().udpConnected(target, "anybody?").server());
  }

  /** Makes any call that gives the name of a server. */
  static String of(Supplier<String> call) {
    try {
      return call.get();
    } catch (ProbeException failed) {
      return failed.failure().name();
    }
  }
}
