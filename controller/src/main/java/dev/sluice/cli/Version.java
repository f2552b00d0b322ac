// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** This build's version, from the jar's manifest. */
final class Version implements IVersionProvider {
  static String text() {
    return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
        .orElse("(not built into a jar)");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"sluice " + text()};
  }
}
