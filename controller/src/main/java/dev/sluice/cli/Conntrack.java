// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.config.KubeProxyConfiguration;
import dev.sluice.dataplane.FlowTimeouts;
import dev.sluice.dataplane.MapSizes;
import dev.sluice.node.ConntrackSettings;
import dev.sluice.node.Processors;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * What {@code conntrack} of kube-proxy's configuration means twice: for netfilter's table, as with
 * kube-proxy (rule 182), and for Sluice's own flow tables.
 */
final class Conntrack {
  /** kube-proxy asks for no more, on however many processors. */
  private static final int MOST = 1_048_576;

  /** Part of the memory that flow tables may take because of a limit meant for netfilter's. */
  private static final int SHARE = 16;

  /** The half of a connection for each direction. */
  private static final int ENTRIES = 2;

  private Conntrack() {}

  /** What netfilter is to be told. */
  static ConntrackSettings settings(KubeProxyConfiguration configuration) {
    return new ConntrackSettings(
        connections(configuration, Processors.online(Path.of("/"))),
        isSizeSet(configuration),
        configuration.duration("conntrack.tcpEstablishedTimeout"),
        configuration.duration("conntrack.tcpCloseWaitTimeout"),
        configuration.truth("conntrack.tcpBeLiberal"),
        configuration.duration("conntrack.udpTimeout"),
        configuration.duration("conntrack.udpStreamTimeout"));
  }

  /** The connections to have room for; empty to leave the limit as it is. */
  static OptionalInt connections(KubeProxyConfiguration configuration, int processors) {
    int perCore = configuration.integer("conntrack.maxPerCore");
    if (perCore == 0) {
      return OptionalInt.empty();
    }
    long scaled = (long) perCore * processors;
    return OptionalInt.of(
        scaled > MOST
            ? MOST
            : Math.max(Math.toIntExact(scaled), configuration.integer("conntrack.min")));
  }

  /** The defaults, written out or not, are no reason to take room away or to need more. */
  private static boolean isSizeSet(KubeProxyConfiguration configuration) {
    return !configuration.isDefault("conntrack.maxPerCore")
        || !configuration.isDefault("conntrack.min");
  }

  /**
   * Flow tables for as many connections as kube-proxy was told to have room for. Unlike netfilter's
   * their memory is taken when they are made, so they may not have more than a part of it.
   */
  static MapSizes sizes(MapSizes usual, KubeProxyConfiguration configuration, long memory) {
    OptionalInt connections = connections(configuration, Processors.online(Path.of("/")));
    if (!isSizeSet(configuration) || connections.isEmpty()) {
      return usual;
    }
    long wanted = (long) ENTRIES * connections.getAsInt();
    long most = Math.max(usual.flows(), memory / SHARE / MapSizes.bytesPerFlow());
    return usual.withFlows(Math.toIntExact(Math.max(ENTRIES, Math.min(wanted, most))));
  }

  /** A timeout of 0 leaves netfilter's as it is, and Sluice's too. */
  static FlowTimeouts timeouts(KubeProxyConfiguration configuration) {
    FlowTimeouts usual = FlowTimeouts.DEFAULT;
    return new FlowTimeouts(
        or(configuration.duration("conntrack.tcpEstablishedTimeout"), usual.established()),
        or(configuration.duration("conntrack.tcpCloseWaitTimeout"), usual.halfClosed()),
        usual.closed(),
        or(configuration.duration("conntrack.udpStreamTimeout"), usual.udp()),
        usual.embryo(),
        or(configuration.duration("conntrack.udpTimeout"), usual.unansweredUdp()));
  }

  private static Duration or(Duration chosen, Duration usual) {
    return chosen.isZero() ? usual : chosen;
  }
}
