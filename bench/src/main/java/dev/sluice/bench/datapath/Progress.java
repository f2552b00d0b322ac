// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/**
 * Tells how far a run is and how long it has to go: on a terminal in one line that is written over,
 * elsewhere in a line now and then. A run of less than two seconds is not worth a word.
 */
final class Progress {
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofSeconds(10);
  private static final String ERASE = "\r\033[K";

  private final PrintWriter out;
  private final boolean terminal;
  private long begun;
  private long told;
  private long total;
  private long done;

  Progress(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /**
   * @param packets to come, by which time is estimated
   */
  void start(long packets) {
    total = packets;
    begun = System.nanoTime();
    told = begun;
  }

  void advance(long packets) {
    done += packets;
    long now = System.nanoTime();
    Duration pause = terminal || told == begun ? SHORT : PAUSE;
    if (now - told >= pause.toNanos() && 100 * done >= total && done < total) {
      told = now;
      double left = (double) (now - begun) / done * (total - done) / 1e9;
      String text =
          String.format(Locale.ROOT, "%d %% timed, about %.0f s left", 100 * done / total, left);
      if (terminal) {
        out.print(ERASE + text);
      } else {
        out.println(text);
      }
      out.flush();
    }
  }

  /** Makes room for something else to be printed. */
  void interrupt() {
    if (terminal && told != begun) {
      out.print(ERASE);
      out.flush();
    }
  }

  void end() {
    interrupt();
  }
}
