// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import me.bechberger.ebpf.bpf.raw.Lib;
import me.bechberger.ebpf.bpf.raw.libbpf_print_fn_t;

/**
 * Catches what libbpf would print on stderr. Messages printed during {@link #collecting} go to that
 * call's list (libbpf prints on the calling thread); all others are dropped, because the error
 * numbers already reach the caller as exceptions.
 */
final class LibbpfMessages {
  private static final ScopedValue<LibbpfMessages> CURRENT = ScopedValue.newInstance();
  private static final int LEVEL_DEBUG = 2;
  private static final String LOG_BEGIN = "-- BEGIN PROG LOAD LOG --\n";
  private static final String LOG_END = "-- END PROG LOAD LOG --";

  private final List<String> messages = new ArrayList<>();

  LibbpfMessages() {}

  /** Installs the collector for the life of the process. */
  static void install() {
    Lib.libbpf_set_print(libbpf_print_fn_t.allocate(LibbpfMessages::print, Arena.global()));
  }

  <T> T collecting(Supplier<T> action) {
    return ScopedValue.where(CURRENT, this).call(action::get);
  }

  /** The messages without the verifier's log, joined into one line. */
  String summary() {
    List<String> lines = new ArrayList<>();
    for (String message : messages) {
      if (!message.contains(LOG_BEGIN)) {
        lines.add(message.strip().replaceFirst("^libbpf: ", ""));
      }
    }
    return String.join("; ", lines);
  }

  /**
   * The verifier's log of the rejected program. libbpf asks for it by loading a second time, with a
   * buffer that grows until the whole log fits.
   */
  String verifierLog() {
    StringBuilder log = new StringBuilder();
    for (String message : messages) {
      int begin = message.indexOf(LOG_BEGIN);
      if (begin >= 0) {
        int end = message.lastIndexOf(LOG_END);
        log.append(message, begin + LOG_BEGIN.length(), end < 0 ? message.length() : end);
      }
    }
    return log.toString();
  }

  private static int print(int level, MemorySegment format, MemorySegment arguments) {
    if (level >= LEVEL_DEBUG || !CURRENT.isBound()) {
      return 0;
    }
    CURRENT.get().messages.add(format(format, arguments));
    return 0;
  }

  @SuppressWarnings("restricted")
  private static String format(MemorySegment format, MemorySegment arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = arena.allocate(ValueLayout.ADDRESS);
      if (Lib.vasprintf(result, format, arguments) < 0) {
        return "libbpf: a message could not be formatted";
      }
      MemorySegment text = result.get(ValueLayout.ADDRESS, 0);
      try {
        return text.reinterpret(Long.MAX_VALUE).getString(0);
      } finally {
        Native.free(text);
      }
    }
  }
}
