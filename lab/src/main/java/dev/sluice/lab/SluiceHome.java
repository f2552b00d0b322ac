// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.nio.file.Files;
import java.nio.file.Path;

/** The root of the repository or installation, where the launcher is. */
public final class SluiceHome {
  private static final String PROPERTY = "sluice.home";
  private static final String LAUNCHER = "sluice";

  private SluiceHome() {}

  public static Path launcher() {
    String home = System.getProperty(PROPERTY);
    if (home != null) {
      return Path.of(home, LAUNCHER).toAbsolutePath();
    }
    for (Path directory = Path.of("").toAbsolutePath();
        directory != null;
        directory = directory.getParent()) {
      Path launcher = directory.resolve(LAUNCHER);
      if (Files.isRegularFile(launcher) && Files.isExecutable(launcher)) {
        return launcher;
      }
    }
    throw new LabException(
        "no executable '%s' here or above: set -D%s=DIRECTORY".formatted(LAUNCHER, PROPERTY));
  }
}
