// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report.plot;

import java.util.ArrayList;
import java.util.List;

/**
 * What is written above and below figures.
 *
 * @param explanation how to read them, in a line
 * @param origin machine, kernel, command: a line each
 */
public record Heading(String title, String explanation, List<String> origin) {
  /** Height of what is above, in pixels. */
  static final int ABOVE = 68;

  /** Of all plots, in pixels. */
  static final int WIDTH = 960;

  private static final int MARGIN = 20;
  private static final int LINE = 16;

  public Heading {
    origin = origin.stream().flatMap(line -> wrapped(line).stream()).toList();
  }

  /** In lines that fit; a command can be long. */
  private static List<String> wrapped(String text) {
    List<String> lines = new ArrayList<>();
    String line = "";
    for (String word : text.split(" ", -1)) {
      String longer = line.isEmpty() ? word : line + " " + word;
      if (!line.isEmpty() && Text.SMALL.width(longer) > WIDTH - 2 * MARGIN) {
        lines.add(line);
        longer = "    " + word;
      }
      line = longer;
    }
    lines.add(line);
    return lines;
  }

  /** Height of what is below. */
  int below() {
    return origin.size() * LINE + MARGIN / 2;
  }

  void draw(SvgCanvas canvas, int height) {
    canvas.write(title, Text.TITLE, Text.INK, MARGIN, 28);
    canvas.write(explanation, Text.LABEL, Text.FAINT, MARGIN, 48);
    for (int i = 0; i < origin.size(); i++) {
      double y = height - MARGIN / 2.0 - (origin.size() - 1 - i) * LINE - 2;
      canvas.write(origin.get(i), Text.SMALL, Text.FAINT, MARGIN, y);
    }
  }
}
