// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import dev.sluice.bench.report.plot.Scale;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** What is compared. */
enum Measure {
  NEW_CONNECTIONS(
      "new-connections",
      "New TCP connections",
      "One request on each connection. More is better",
      Mode.DIRECT,
      Scale.LINEAR),
  REQUEST_LATENCY(
      "request-latency",
      "Latency of a request on a new connection",
      "From making the socket until the answer, one connection at a time. Less is better",
      Mode.DIRECT,
      Scale.LINEAR),
  PROGRAM_COLD(
      "program-cold",
      "Time to program all from cold",
      "Into a kernel that has none of them. Less is better; the scale is logarithmic",
      Mode.SLUICE_SOCKETS,
      Scale.LOGARITHMIC),
  ENDPOINT_CHANGE(
      "endpoint-change",
      "Time of one endpoint change",
      "Until a client can see it. Less is better; the scale is logarithmic",
      Mode.SLUICE_SOCKETS,
      Scale.LOGARITHMIC),
  KERNEL_MEMORY(
      "kernel-memory",
      "Memory of the kernel's tables",
      "Less is better; the scale is logarithmic, less than 0.1 MiB stands at 0.1",
      Mode.SLUICE_SOCKETS,
      Scale.LOGARITHMIC),
  STREAM_THROUGHPUT(
      "stream-throughput",
      "Throughput of one stream",
      "One TCP connection. More is better",
      Mode.DIRECT,
      Scale.LINEAR),
  UDP_REQUESTS(
      "udp-requests",
      "UDP requests",
      "Request and reply. More is better",
      Mode.DIRECT,
      Scale.LINEAR),
  CPU_PER_CONNECTION(
      "cpu-per-connection",
      "Processor time of a new connection",
      "All processors together. Less is better",
      Mode.DIRECT,
      Scale.LINEAR),
  AGENT_MEMORY(
      "agent-memory",
      "Memory of the agent",
      "Resident memory of the process. Less is better; the scale is logarithmic",
      Mode.SLUICE_SOCKETS,
      Scale.LOGARITHMIC);

  private final String key;
  private final String title;
  private final String explanation;
  private final Mode reference;
  private final Scale scale;

  Measure(String key, String title, String explanation, Mode reference, Scale scale) {
    this.key = key;
    this.title = title;
    this.explanation = explanation;
    this.reference = reference;
    this.scale = scale;
  }

  /** Its name in the files. */
  String key() {
    return key;
  }

  String title() {
    return title;
  }

  String explanation() {
    return explanation;
  }

  /** The mode that the others are compared with. */
  Mode reference() {
    return reference;
  }

  Scale scale() {
    return scale;
  }

  /** Whether clients that come another way see something else. */
  boolean dependsOnPath() {
    return reference == Mode.DIRECT;
  }

  /** Whether it is what most readers come for; the others fold up. */
  boolean isProminent() {
    return compareTo(STREAM_THROUGHPUT) < 0;
  }

  /** Whether its figures mean nothing where the clock counts instructions: only ratios do then. */
  boolean needsTrueClock() {
    return this != KERNEL_MEMORY && this != AGENT_MEMORY;
  }

  /** What is less has this place on a logarithmic axis: noise can be zero, or even less. */
  double floor() {
    return needsTrueClock() ? 0 : 0.1;
  }

  /** A unit of the files as it is written. */
  String unit(String unit) {
    return switch (unit) {
      case "us" -> "µs";
      case "1/s" -> this == NEW_CONNECTIONS ? "connections/s" : "requests/s";
      default -> unit;
    };
  }

  static Measure read(JsonField field) {
    Optional<Measure> known =
        Arrays.stream(values()).filter(measure -> measure.key.equals(field.text())).findFirst();
    field.check(
        known.isPresent(),
        "must be one of "
            + Arrays.stream(values()).map(Measure::key).collect(Collectors.joining(", ")));
    return known.orElseThrow();
  }
}
