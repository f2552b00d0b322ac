// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Which devices get programs: all of an attached {@link DeviceRole}, or with {@code --device REGEX}
 * those whose whole name matches.
 *
 * <p>A named device is taken even if its role is {@link DeviceRole#OTHER} (the operator knows
 * better), but never loopback nor a device whose link layer is unknown.
 */
public final class DeviceSelection {
  private final Optional<Pattern> names;

  private DeviceSelection(Optional<Pattern> names) {
    this.names = names;
  }

  /** By role. */
  public static DeviceSelection byRole() {
    return new DeviceSelection(Optional.empty());
  }

  /**
   * By name.
   *
   * @throws IllegalArgumentException if the expression is not valid; the message says where
   */
  public static DeviceSelection named(String regularExpression) {
    try {
      return new DeviceSelection(Optional.of(Pattern.compile(regularExpression)));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "--device " + regularExpression + " is not a regular expression: " + e.getDescription(),
          e);
    }
  }

  /** Whether the device gets programs. */
  public boolean takes(Link link, DeviceRole role) {
    if (role == DeviceRole.LOOPBACK || link.headerLength() == Link.UNKNOWN_HEADER_LENGTH) {
      return false;
    }
    return names.map(pattern -> pattern.matcher(link.name()).matches()).orElseGet(role::isAttached);
  }
}
