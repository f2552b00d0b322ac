// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.common;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/**
 * Tells how far a run is and how long it has to go: on a terminal in one line that is written over,
 * elsewhere in a line now and then. A run of less than two seconds is not worth a word.
 */
public final class Progress {
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofSeconds(10);
  private static final String ERASE = "\r\033[K";

  private final PrintWriter out;
  private final boolean terminal;
  private String now = "";
  private long begun;
  private long told;
  private long total;
  private long done;

  public Progress(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /**
   * Begins.
   *
   * @param steps to come, by which time is estimated
   */
  public void start(long steps) {
    total = steps;
    begun = System.nanoTime();
    told = begun;
  }

  /** What is done from now on. */
  public void tell(String what) {
    now = ": " + what;
    advance(0);
  }

  public void advance(long steps) {
    done += steps;
    long time = System.nanoTime();
    Duration pause = terminal || told == begun ? SHORT : PAUSE;
    if (time - told >= pause.toNanos() && 100 * done >= total && done < total) {
      told = time;
      double left = (double) (time - begun) / done * (total - done) / 1e9;
      String text =
          String.format(
              Locale.ROOT, "%d %% done, about %.0f s left%s", 100 * done / total, left, now);
      if (terminal) {
        out.print(ERASE + text);
      } else {
        out.println(text);
      }
      out.flush();
    }
  }

  /** Says something that stays to be read. */
  public void note(String line) {
    interrupt();
    out.println(line);
    out.flush();
  }

  /** Makes room for something else to be printed. */
  public void interrupt() {
    if (terminal && told != begun) {
      out.print(ERASE);
      out.flush();
    }
  }

  public void end() {
    interrupt();
  }
}
