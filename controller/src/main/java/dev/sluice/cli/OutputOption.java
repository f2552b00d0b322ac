// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import picocli.CommandLine.Option;

/** {@code -o}. */
final class OutputOption {
  enum Format {
    TEXT,
    JSON
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "text|json",
      defaultValue = "text",
      description = "form of the output (default: ${DEFAULT-VALUE})")
  private Format format;

  boolean isJson() {
    return format == Format.JSON;
  }
}
