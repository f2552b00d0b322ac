// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Kernel parameters under {@code /proc/sys}.
 *
 * <p>The kernel shows and changes {@code net.*} of the network namespace of the <em>thread</em>
 * that opens the file, so call this from a platform thread in the right namespace.
 */
public final class Sysctl {
  /** Ports that the kernel never picks for a socket by itself. */
  public static final String RESERVED_PORTS = "net.ipv4.ip_local_reserved_ports";

  /** From where the kernel picks ports for sockets: two numbers. */
  public static final String LOCAL_PORT_RANGE = "net.ipv4.ip_local_port_range";

  /** proc_do_large_bitmap takes one page at most. */
  private static final int LONGEST_VALUE = 4095;

  /** Stands for a slash while dots become slashes; no parameter has it in its name. */
  private static final char SWAPPED = '\0';

  /** Longer than any value. */
  private static final int READ_BYTES = 64 * 1024;

  private final Path directory;

  /**
   * @param root the root of the file system, {@code /} but for tests; parameters are in its {@code
   *     proc/sys}
   */
  public Sysctl(Path root) {
    this.directory = root.resolve("proc/sys");
  }

  /**
   * Reads a parameter.
   *
   * @param name as sysctl(8) takes it; a dot in a device's name is written as a slash ({@code
   *     net.ipv4.conf.eth0/5.rp_filter})
   * @return its value without the line end, or empty if this kernel does not have it
   * @throws NodeException if it cannot be read
   */
  public Optional<String> read(String name) {
    try {
      return Optional.of(readWhole(file(name)).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new NodeException("cannot read sysctl " + name + ": " + e.getMessage(), e);
    }
  }

  /**
   * Sets a parameter.
   *
   * @throws NodeException if it does not exist or cannot be written; the message says how to set it
   *     by hand
   */
  public void write(String name, String value) {
    if (value.length() > LONGEST_VALUE) {
      throw new NodeException(
          "the value for sysctl "
              + name
              + " has "
              + value.length()
              + " characters, the kernel takes 4095");
    }
    try {
      Files.writeString(file(name), value + "\n", StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new NodeException(
          "cannot write sysctl "
              + name
              + ", is /proc/sys read-only here? Set it on the host: sysctl -w "
              + name
              + "='"
              + value
              + "' ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  /** The ports that the kernel leaves alone. */
  public PortRanges reservedPorts() {
    return PortRanges.parse(read(RESERVED_PORTS).orElse(""));
  }

  /** The range from which the kernel picks the ports of sockets, or empty if it cannot be told. */
  public Optional<PortRange> localPortRange() {
    return read(LOCAL_PORT_RANGE)
        .map(value -> value.split("\\s+", -1))
        .filter(parts -> parts.length == 2)
        .map(parts -> new PortRange(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])));
  }

  /**
   * Adds ports to {@link #RESERVED_PORTS} and keeps those that are there.
   *
   * @return the ports that were not there before. Store them (they must survive a restart, after
   *     which this method finds them reserved and returns the empty set) and give them to {@link
   *     #releasePorts} on detach
   * @throws NodeException if the parameter cannot be read or written
   */
  public PortRanges reservePorts(PortRange wanted) {
    PortRanges present = reservedPorts();
    PortRanges added = PortRanges.of(wanted).minus(present);
    if (!added.isEmpty()) {
      write(RESERVED_PORTS, present.plus(added).toString());
    }
    return added;
  }

  /**
   * Takes back what {@link #reservePorts} added; all other ports stay, those added by others
   * meanwhile included.
   *
   * @throws NodeException if the parameter cannot be read or written
   */
  public void releasePorts(PortRanges added) {
    PortRanges present = reservedPorts();
    PortRanges remaining = present.minus(added);
    if (!remaining.equals(present)) {
      write(RESERVED_PORTS, remaining.toString());
    }
  }

  /**
   * Reads with a large buffer from the start. The kernel gives a value to the first read only, cut
   * to its buffer, and {@link Files#readString} begins with a byte because the file's size is zero.
   */
  private static String readWhole(Path file) throws IOException {
    byte[] buffer = new byte[READ_BYTES];
    int length = 0;
    try (InputStream input = Files.newInputStream(file)) {
      int count = input.read(buffer, 0, READ_BYTES);
      while (count > 0) {
        length += count;
        count = input.read(buffer, length, READ_BYTES - length);
      }
    }
    return new String(buffer, 0, length, StandardCharsets.US_ASCII);
  }

  /** The slashes and dots of a name change places, as in sysctl(8). */
  private Path file(String name) {
    String path = name.replace('/', SWAPPED).replace('.', '/').replace(SWAPPED, '.');
    return directory.resolve(path);
  }
}
