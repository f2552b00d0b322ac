// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.node.PortRange;
import dev.sluice.node.PortRanges;
import dev.sluice.node.Sysctl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Keeps the ports of source NAT from sockets. What was added to the sysctl is remembered in a file,
 * so that detach takes away that and nothing else, however often the agent was started.
 */
final class ReservedPorts {
  private final Sysctl sysctl = new Sysctl(Path.of("/"));
  private final Path file;

  ReservedPorts(Path file) {
    this.file = file;
  }

  void reserve(PortRange range) {
    PortRanges wanted = PortRanges.of(range);
    PortRanges earlier = remembered();
    // Another range than the last time: give back what this one does not cover.
    sysctl.releasePorts(earlier.minus(wanted));
    PortRanges added = sysctl.reservePorts(range);
    write(earlier.intersect(wanted).plus(added));
  }

  void release() {
    sysctl.releasePorts(remembered());
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + file, e);
    }
  }

  private PortRanges remembered() {
    try {
      return Files.exists(file)
          ? PortRanges.parse(Files.readString(file).strip())
          : PortRanges.NONE;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  private void write(PortRanges ranges) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, ranges + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}
