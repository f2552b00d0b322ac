// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import java.util.Map;

/**
 * A generated part of the page.
 *
 * @param name by which the page has a place for it
 * @param text its Markdown
 * @param plots SVG by file name, which the text refers to
 */
record Part(String name, String text, Map<String, String> plots) {
  Part {
    plots = Map.copyOf(plots);
  }

  Part(String name, String text) {
    this(name, text, Map.of());
  }
}
