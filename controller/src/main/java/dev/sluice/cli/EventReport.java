// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.dataplane.DataplaneEvent;
import dev.sluice.dataplane.DataplaneEvent.Ends;
import dev.sluice.dataplane.DataplaneEvent.Signal;
import dev.sluice.dataplane.DataplaneEvent.Verdict;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What {@code sluice events} shows.
 *
 * @param last the number of the newest event that there is; 0 if there is none
 * @param events oldest first
 */
record EventReport(long last, List<Line> events) {
  /**
   * An event. What does not apply is null.
   *
   * @param number counts from 1 when the agent starts
   * @param time in UTC, as ISO 8601 has it
   * @param kind {@code verdict} or {@code pressure}
   * @param subject the reason of the verdict, or the signal
   * @param device the name that it had when the event was read, or # and its number
   * @param protocol such as {@code TCP}, or its number
   * @param source with port, if there is one
   * @param meaning of a signal, and what to do
   */
  record Line(
      long number,
      String time,
      String kind,
      String subject,
      String hook,
      String device,
      String protocol,
      String source,
      String destination,
      String meaning) {

    static Line of(long number, DataplaneEvent event, String device) {
      String time =
          Instant.now()
              .minusNanos(System.nanoTime() - event.nanos())
              .truncatedTo(ChronoUnit.MILLIS)
              .toString();
      return switch (event) {
        case Verdict verdict -> verdict(number, time, verdict, device);
        case Signal signal ->
            new Line(
                number,
                time,
                "pressure",
                name(signal.signal()),
                null,
                null,
                null,
                null,
                null,
                PressureText.of(signal.signal()));
      };
    }

    private static Line verdict(long number, String time, Verdict verdict, String device) {
      Optional<Ends> flow = verdict.flow();
      return new Line(
          number,
          time,
          "verdict",
          name(verdict.reason()),
          name(verdict.hook()),
          verdict.device() == 0 ? null : device,
          flow.map(ends -> protocolName(ends.protocol())).orElse(null),
          flow.flatMap(Ends::source).orElse(null),
          flow.map(Ends::destination).orElse(null),
          null);
    }
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** IANA's numbers. */
  private static String protocolName(int number) {
    return switch (number) {
      case 1 -> "ICMP";
      case 6 -> "TCP";
      case 17 -> "UDP";
      case 58 -> "ICMPv6";
      case 132 -> "SCTP";
      default -> Integer.toString(number);
    };
  }
}
