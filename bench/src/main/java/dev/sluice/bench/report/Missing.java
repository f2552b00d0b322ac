// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

/** What stands in place of results that nobody has measured. */
final class Missing {
  private Missing() {}

  static String line(String command) {
    return "Not measured yet: `" + command + "`.\n\n";
  }
}
