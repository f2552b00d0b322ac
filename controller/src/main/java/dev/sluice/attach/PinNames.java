// SPDX-License-Identifier: Apache-2.0
package dev.sluice.attach;

import dev.sluice.dataplane.PinDirectory;
import dev.sluice.loader.TcDirection;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of pins tell what they are pins of. */
final class PinNames {
  private PinNames() {}

  static String of(TcDirection direction) {
    return switch (direction) {
      case INGRESS -> "ingress";
      case EGRESS -> "egress";
    };
  }

  /** The interface indexes in the names of a directory's pins: group 1 of the pattern. */
  static Set<Integer> devices(Path directory, Pattern pattern) {
    Set<Integer> devices = new TreeSet<>();
    for (Path pin : PinDirectory.files(directory)) {
      Matcher name = pattern.matcher(String.valueOf(pin.getFileName()));
      if (name.matches()) {
        devices.add(Integer.valueOf(name.group(1)));
      }
    }
    return devices;
  }
}
