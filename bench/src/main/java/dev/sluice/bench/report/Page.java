// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

/**
 * A page with generated parts, each between two comments; what is written around them stays. No
 * figure in a part is typed by hand.
 */
final class Page {
  private Page() {}

  /**
   * Replaces a part.
   *
   * @throws IllegalArgumentException if the page has no place for it
   */
  static String replace(String page, Part part) {
    String begin =
        "<!-- %s: written by bench/run.sh report; edit nothing up to its end -->"
            .formatted(part.name());
    String end = "<!-- %s: end -->".formatted(part.name());
    int from = page.indexOf(begin);
    int to = page.indexOf(end);
    if (from < 0 || to < from) {
      throw new IllegalArgumentException(
          "has no place for %s; it needs the lines\n%s\n%s".formatted(part.name(), begin, end));
    }
    return page.substring(0, from + begin.length())
        + "\n\n"
        + part.text().strip()
        + "\n\n"
        + page.substring(to);
  }
}
