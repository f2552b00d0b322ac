// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.nio.file.Path;
import java.util.List;

/** The command line of the lab's own small Java programs. */
final class JavaCommand {
  private JavaCommand() {}

  /** Everything up to the name of the main class. */
  static List<String> small() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xms16m",
        "-Xmx192m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xshare:auto",
        "-XX:-UsePerfData",
        "--enable-native-access=ALL-UNNAMED",
        "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
        "-cp",
        classes());
  }

  private static String classes() {
    return Path.of(JavaCommand.class.getProtectionDomain().getCodeSource().getLocation().getPath())
        .toString();
  }
}
