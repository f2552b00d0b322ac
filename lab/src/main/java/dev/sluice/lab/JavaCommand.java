// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;

/**
 * The command line of the lab's own small Java programs. They start in a tenth of a second; the
 * optimising compiler stays on because it makes SHA-256, and so the transfers, five times faster.
 */
final class JavaCommand {
  private JavaCommand() {}

  /** Everything up to the name of the main class. */
  static List<String> small() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xms16m",
        "-Xmx192m",
        "-XX:+UseSerialGC",
        "-Xshare:auto",
        "-XX:-UsePerfData",
        "--enable-native-access=ALL-UNNAMED",
        "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
        "-cp",
        classes());
  }

  private static String classes() {
    try {
      return Path.of(JavaCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .toString();
    } catch (URISyntaxException neverFromAClassLoader) {
      throw new AssertionError(neverFromAClassLoader);
    }
  }
}
