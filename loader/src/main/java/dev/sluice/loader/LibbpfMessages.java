// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  private final Map<String, String> acceptedLogs = new HashMap<>();

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
    messages.forEach(message -> log.append(log(message)));
    return log.toString();
  }

  /** The verifier's log of a program that it has accepted, if one was asked for; else "". */
  String acceptedLog(String program) {
    return acceptedLogs.getOrDefault(program, "");
  }

  /** {@code libbpf: prog 'NAME': -- BEGIN PROG LOAD LOG --} and so on. */
  private void addAcceptedLog(String message) {
    String[] parts = message.split("'", 3);
    if (parts.length == 3) {
      acceptedLogs.put(parts[1], log(message));
    }
  }

  private static String log(String message) {
    int begin = message.indexOf(LOG_BEGIN);
    int end = message.lastIndexOf(LOG_END);
    return begin < 0
        ? ""
        : message.substring(begin + LOG_BEGIN.length(), end < 0 ? message.length() : end);
  }

  private static int print(int level, MemorySegment format, MemorySegment arguments) {
    if (!CURRENT.isBound()) {
      return 0;
    }
    if (level < LEVEL_DEBUG) {
      CURRENT.get().messages.add(format(format, arguments));
    } else if (text(format).contains(LOG_BEGIN)) {
      CURRENT.get().addAcceptedLog(format(format, arguments));
    }
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
        return text(text);
      } finally {
        Native.free(text);
      }
    }
  }

  @SuppressWarnings("restricted")
  private static String text(MemorySegment address) {
    return address.reinterpret(Long.MAX_VALUE).getString(0);
  }
}
