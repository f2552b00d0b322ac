// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Event;
import dev.sluice.bpf.EventKind;
import dev.sluice.bpf.Hook;
import dev.sluice.bpf.Pressure;
import dev.sluice.bpf.Reason;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** What a program tells of a single packet or socket call, or of pressure. */
public sealed interface DataplaneEvent {
  /** When, as {@link System#nanoTime()} counts. */
  long nanos();

  /**
   * A verdict.
   *
   * @param device interface index; 0 for a socket's call
   * @param flow who sent what to whom; empty if it is no IP packet
   */
  record Verdict(long nanos, Hook hook, Reason reason, int device, Optional<Ends> flow)
      implements DataplaneEvent {}

  /**
   * Who sends what to whom.
   *
   * @param protocol its number
   * @param source with its port, if it has one; empty for a socket's call
   * @param destination with its port, if it has one
   */
  record Ends(int protocol, Optional<String> source, String destination) {}

  /** A table or a range was too small, once or more often. */
  record Signal(long nanos, Pressure signal) implements DataplaneEvent {}

  /**
   * Reads what a program wrote.
   *
   * @throws IllegalArgumentException if it is none that this version knows
   */
  static DataplaneEvent read(MemorySegment record) {
    if (record.byteSize() != Event.SIZE) {
      throw new IllegalArgumentException(
          "an event has " + Event.SIZE + " bytes, not " + record.byteSize());
    }
    // System.nanoTime() is CLOCK_MONOTONIC on Linux, as is the programs' clock.
    Event event = new Event().wrap(record);
    return switch (EventKind.fromValue(event.kind())) {
      case VERDICT ->
          new Verdict(
              event.time(),
              Hook.fromValue(event.hook()),
              Reason.fromValue(event.subject()),
              event.device(),
              ends(event));
      case PRESSURE -> new Signal(event.time(), Pressure.fromValue(event.subject()));
    };
  }

  private static Optional<Ends> ends(Event event) {
    Optional<IpFamily> family =
        switch (event.family()) {
          case 4 -> Optional.of(IpFamily.IPV4);
          case 6 -> Optional.of(IpFamily.IPV6);
          default -> Optional.empty();
        };
    return family.map(
        known ->
            new Ends(
                event.protocol(),
                event.hook() == Hook.SOCKET.value()
                    ? Optional.empty()
                    : Optional.of(end(event, Event.SOURCE_OFFSET, event.sourcePort(), known)),
                end(event, Event.DESTINATION_OFFSET, event.destinationPort(), known)));
  }

  private static String end(Event event, long offset, int port, IpFamily family) {
    // The mapped form has the IPv4 address at its end.
    long place = offset + IpFamily.IPV6.addressBytes() - family.addressBytes();
    IpAddress address = Bytes.address(event.memory(), place, family);
    return port == 0 ? address.toString() : address.withPort(port);
  }
}
