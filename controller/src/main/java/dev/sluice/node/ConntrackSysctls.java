// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sets the kernel parameters of netfilter's connection tracking as kube-proxy does (rule 182). They
 * are not Sluice's own: what cannot be set is told and harms nothing.
 *
 * <p>Call it from a platform thread in the right network namespace, as {@link Sysctl}.
 */
public final class ConntrackSysctls {
  private static final String PREFIX = "net.netfilter.nf_conntrack_";
  private static final String MAXIMUM = "max";

  /** Entries that share a place of the hash table when it is full; netfilter's rule of thumb. */
  private static final int ENTRIES_PER_BUCKET = 4;

  private final Sysctl sysctl;
  private final Path buckets;
  private final List<String> changes = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  /**
   * @param root the root of the file system, {@code /} but for tests
   */
  public ConntrackSysctls(Path root) {
    this.sysctl = new Sysctl(root);
    this.buckets = root.resolve("sys/module/nf_conntrack/parameters/hashsize");
  }

  /**
   * What was done.
   *
   * @param changes each parameter that was written, with its values before and after
   * @param warnings what could not be set, and why
   */
  public record Result(List<String> changes, List<String> warnings) {
    public Result {
      changes = List.copyOf(changes);
      warnings = List.copyOf(warnings);
    }
  }

  /** Writes what differs. */
  public Result apply(ConntrackSettings wanted) {
    if (sysctl.read(PREFIX + MAXIMUM).isEmpty()) {
      warnings.add(
          "no sysctl of connection tracking is set: the kernel shows none, as nf_conntrack is not"
              + " loaded (modprobe nf_conntrack)");
      return new Result(changes, warnings);
    }
    wanted.connections().ifPresent(connections -> setMaximum(connections, wanted.lowering()));
    set("tcp_timeout_established", wanted.tcpEstablishedTimeout());
    set("tcp_timeout_close_wait", wanted.tcpCloseWaitTimeout());
    if (wanted.beLiberal()) {
      set("tcp_be_liberal", 1);
    }
    set("udp_timeout", wanted.udpTimeout());
    set("udp_timeout_stream", wanted.udpStreamTimeout());
    return new Result(changes, warnings);
  }

  private void setMaximum(int connections, boolean lowering) {
    if (!lowering && present(MAXIMUM) >= connections) {
      return;
    }
    if (set(MAXIMUM, connections)) {
      raiseBuckets(connections / ENTRIES_PER_BUCKET);
    }
  }

  private void raiseBuckets(int wanted) {
    try {
      int present = Integer.parseInt(Files.readString(buckets).strip());
      if (present < wanted) {
        Files.writeString(buckets, Integer.toString(wanted));
        changes.add("%s: %d -> %d".formatted(buckets, present, wanted));
      }
    } catch (IOException | NumberFormatException e) {
      warnings.add(
          "%s is not raised to %d, is /sys read-only here? (%s)".formatted(buckets, wanted, e));
    }
  }

  private void set(String name, Duration timeout) {
    if (!timeout.isZero()) {
      set(name, timeout.toSeconds());
    }
  }

  /** Whether the parameter now has the value. */
  private boolean set(String name, long value) {
    try {
      Optional<String> before = sysctl.read(PREFIX + name);
      if (before.isEmpty()) {
        warnings.add(PREFIX + name + " is not set: this kernel does not have it");
        return false;
      }
      if (!before.get().equals(Long.toString(value))) {
        sysctl.write(PREFIX + name, Long.toString(value));
        changes.add("%s%s: %s -> %d".formatted(PREFIX, name, before.get(), value));
      }
      return true;
    } catch (NodeException e) {
      warnings.add(e.getMessage());
      return false;
    }
  }

  private long present(String name) {
    try {
      return Long.parseLong(sysctl.read(PREFIX + name).orElse("0"));
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
