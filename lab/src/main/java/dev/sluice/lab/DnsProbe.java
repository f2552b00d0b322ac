// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.time.Duration;
import java.util.List;

/** DNS clients inside a host of the lab. They ask for names below {@code lab}. */
public final class DnsProbe {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int CONCURRENCY = 16;

  private final Probe probe;

  DnsProbe(Probe probe) {
    this.probe = probe;
  }

  /**
   * Asks {@code queries} questions, one after the other, from one connected socket; in the
   * background. {@link Target#timeout} is the time until a question is asked again.
   *
   * @param perSecond questions at most
   */
  public BackgroundResolver startResolver(Target server, int queries, int perSecond) {
    Fields request =
        Fields.of("command", "startResolver")
            .withAll(server.toFields())
            .with("queries", queries)
            .with("perSecond", perSecond);
    return new BackgroundResolver(probe, probe.ask(request, PATIENCE).text("handle"));
  }

  /**
   * Asks all servers from one unconnected socket, again and again, all before the first answer is
   * read. Answers are counted by {@code ASKED/ANSWERED}, the address that was asked and that of the
   * server behind it; {@link Failure#CORRUPTED} are those that came from another address.
   */
  public Histogram byTurns(List<Target> servers, int rounds) {
    Fields request =
        Fields.of("command", "dnsByTurns").withAll(Probe.fieldsOf(servers)).with("rounds", rounds);
    return Histogram.of(probe.ask(request, PATIENCE));
  }

  /** Asks for the texts of a name by TCP. */
  public DnsAnswer textsOverTcp(Target server, String name) {
    return DnsAnswer.of(
        probe.ask(overTcp("dnsOverTcp", server, name, DnsQuestion.Type.TXT), PATIENCE));
  }

  /** Asks for an IPv4 address by TCP {@code total} times, 16 at once. */
  public Histogram overTcpMany(Target server, String name, int total) {
    Fields request =
        overTcp("dnsOverTcpMany", server, name, DnsQuestion.Type.A)
            .with("total", total)
            .with("concurrency", CONCURRENCY);
    return Histogram.of(probe.ask(request, PATIENCE));
  }

  private static Fields overTcp(String command, Target server, String name, DnsQuestion.Type type) {
    return Fields.of("command", command)
        .withAll(server.toFields())
        .with("name", name)
        .with("type", type);
  }
}
