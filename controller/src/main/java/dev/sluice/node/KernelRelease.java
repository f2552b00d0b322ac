// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kernel's version.
 *
 * @param major for example 6
 * @param minor for example 18
 * @param patch 0 if the text has none
 * @param text as {@code uname -r} prints it
 */
public record KernelRelease(int major, int minor, int patch, String text)
    implements Comparable<KernelRelease> {
  private static final Pattern FORMAT = Pattern.compile("(\\d+)\\.(\\d+)(?:\\.(\\d+))?.*");
  private static final Comparator<KernelRelease> ORDER =
      Comparator.comparingInt(KernelRelease::major)
          .thenComparingInt(KernelRelease::minor)
          .thenComparingInt(KernelRelease::patch);

  /** The oldest kernel that Sluice runs on. */
  public static final KernelRelease FLOOR = parse("5.10");

  /**
   * Reads {@code 5.10}, {@code 6.1.0-18-amd64}, ...
   *
   * @throws IllegalArgumentException if it does not begin with two numbers
   */
  public static KernelRelease parse(String text) {
    Matcher matcher = FORMAT.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a kernel release; write it as 5.10 or 6.1.0-18-amd64");
    }
    return new KernelRelease(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3)),
        text.strip());
  }

  public boolean isAtLeast(KernelRelease other) {
    return compareTo(other) >= 0;
  }

  /** By numbers only, so it is not consistent with {@code equals}. */
  @Override
  public int compareTo(KernelRelease other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return text;
  }
}
