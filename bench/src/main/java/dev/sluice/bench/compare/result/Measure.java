// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare.result;

import com.fasterxml.jackson.annotation.JsonValue;

/** What is compared, in the order of the page. */
public enum Measure {
  /** Of one request each, several at a time. */
  NEW_CONNECTIONS(
      "new-connections",
      "1/s",
      "New TCP connections",
      "One request on each connection. More is better"),
  REQUEST_LATENCY(
      "request-latency",
      "us",
      "Latency of a request on a new connection",
      "From making the socket until the answer, one connection at a time. Less is better"),
  KEPT_LATENCY(
      "kept-latency",
      "us",
      "Latency of a request on an established connection",
      "One request after another over the same connection. Less is better"),
  PROGRAM_COLD(
      "program-cold",
      "ms",
      "Time to program all from cold",
      "Into a kernel that has none of them. Less is better; the scale is logarithmic"),
  ENDPOINT_CHANGE(
      "endpoint-change",
      "ms",
      "Time of one endpoint change",
      "Until a client can see it. Less is better; the scale is logarithmic"),
  KERNEL_MEMORY(
      "kernel-memory",
      "MiB",
      "Memory of the kernel's tables",
      "Less is better; the scale is logarithmic, less than 0.1 MiB stands at 0.1"),
  STREAM_THROUGHPUT(
      "stream-throughput",
      "Gbit/s",
      "Throughput of one stream",
      "One TCP connection. More is better"),
  /** One request each from a socket of its own, several at a time. */
  UDP_REQUESTS("udp-requests", "1/s", "UDP requests", "Request and reply. More is better"),
  /** Time of all processors, whoever used it, for each connection of {@link #NEW_CONNECTIONS}. */
  CPU_PER_CONNECTION(
      "cpu-per-connection",
      "us",
      "Processor time of a new connection",
      "All processors together. Less is better"),
  /** Of Sluice alone: the rules of other modes are loaded without the process that writes them. */
  PROGRAM_FROM_START(
      "program-from-start",
      "ms",
      "Time from the start of the agent until all is programmed",
      "From the start of its process. Less is better; the scale is logarithmic"),
  /** Part of {@link #KERNEL_MEMORY}, as the kernel accounts it to each map; of Sluice alone. */
  MAP_MEMORY(
      "map-memory",
      "MiB",
      "Memory of Sluice's maps",
      "By the kernel's own account. Less is better; the scale is logarithmic"),
  AGENT_MEMORY(
      "agent-memory",
      "MiB",
      "Memory of the agent",
      "Resident memory of the process. Less is better; the scale is logarithmic");

  private final String key;
  private final String unit;
  private final String title;
  private final String explanation;

  Measure(String key, String unit, String title, String explanation) {
    this.key = key;
    this.unit = unit;
    this.title = title;
    this.explanation = explanation;
  }

  /** In the files. */
  public String unit() {
    return unit;
  }

  /** The unit as it is written for people. */
  public String writtenUnit() {
    return switch (unit) {
      case "us" -> "µs";
      case "1/s" -> this == NEW_CONNECTIONS ? "connections/s" : "requests/s";
      default -> unit;
    };
  }

  public String title() {
    return title;
  }

  public String explanation() {
    return explanation;
  }

  /** Whether it is of traffic, so that clients that come another way see something else. */
  public boolean dependsOnPath() {
    return switch (this) {
      case PROGRAM_COLD,
          PROGRAM_FROM_START,
          ENDPOINT_CHANGE,
          KERNEL_MEMORY,
          MAP_MEMORY,
          AGENT_MEMORY ->
          false;
      default -> true;
    };
  }

  /** The mode that the others are compared with. */
  public Mode reference() {
    return dependsOnPath() ? Mode.DIRECT : Mode.SLUICE_SOCKETS;
  }

  /** Whether a round has percentiles of it. */
  public boolean isLatency() {
    return this == REQUEST_LATENCY || this == KEPT_LATENCY;
  }

  /** Whether it is what most readers come for; the others fold up. */
  public boolean isProminent() {
    return compareTo(STREAM_THROUGHPUT) < 0;
  }

  /** Whether its figures mean nothing where the clock counts instructions: only ratios do then. */
  public boolean needsTrueClock() {
    return !unit.equals("MiB");
  }

  /** Its name in the files. */
  @Override
  @JsonValue
  public String toString() {
    return key;
  }
}
