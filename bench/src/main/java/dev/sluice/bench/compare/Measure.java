// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

/** What is measured. */
enum Measure {
  /** Of one request each, several at a time. */
  NEW_CONNECTIONS("new-connections", "1/s"),
  /** Time of all processors, whoever used it, for each connection of {@link #NEW_CONNECTIONS}. */
  CPU_PER_CONNECTION("cpu-per-connection", "us"),
  /** From the making of a socket until the answer is there, one connection at a time. */
  REQUEST_LATENCY("request-latency", "us"),
  /** One request each from a socket of its own, several at a time. */
  UDP_REQUESTS("udp-requests", "1/s"),
  STREAM_THROUGHPUT("stream-throughput", "Gbit/s"),
  PROGRAM_COLD("program-cold", "ms"),
  ENDPOINT_CHANGE("endpoint-change", "ms"),
  KERNEL_MEMORY("kernel-memory", "MiB"),
  AGENT_MEMORY("agent-memory", "MiB");

  private final String title;
  private final String unit;

  Measure(String title, String unit) {
    this.title = title;
    this.unit = unit;
  }

  String unit() {
    return unit;
  }

  @Override
  public String toString() {
    return title;
  }
}
