// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

/**
 * A range of TCP or UDP ports, both ends included.
 *
 * @param first 0 to 65535
 * @param last {@code first} to 65535
 */
public record PortRange(int first, int last) {
  public static final int HIGHEST_PORT = 65535;

  public PortRange {
    if (first < 0 || last > HIGHEST_PORT || first > last) {
      throw new IllegalArgumentException(
          "the port range " + first + "-" + last + " is not within 0-65535 or is upside down");
    }
  }

  /**
   * Reads {@code 30000-32767} or {@code 8080}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static PortRange parse(String text) {
    String trimmed = text.trim();
    int dash = trimmed.indexOf('-');
    try {
      if (dash < 0) {
        int port = Integer.parseInt(trimmed);
        return new PortRange(port, port);
      }
      return new PortRange(
          Integer.parseInt(trimmed.substring(0, dash).trim()),
          Integer.parseInt(trimmed.substring(dash + 1).trim()));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a port or a range of ports such as 30000-32767", e);
    }
  }

  public boolean contains(int port) {
    return first <= port && port <= last;
  }

  public boolean overlaps(PortRange other) {
    return first <= other.last && other.first <= last;
  }

  /** How many ports it holds. */
  public int size() {
    return last - first + 1;
  }

  @Override
  public String toString() {
    return first == last ? Integer.toString(first) : first + "-" + last;
  }
}
