// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Clients inside a host of the lab: in its network namespace and cgroup. Whatever fails throws a
 * {@link ProbeException} that says how; nothing waits for ever.
 */
public final class Probe {
  /** For one request: longer than its own timeouts together. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Duration LONG_PATIENCE = Duration.ofMinutes(10);
  private static final int DEFAULT_CONCURRENCY = 16;

  private final ControlSocket control;

  Probe(ControlSocket control) {
    this.control = control;
  }

  /** Makes a TCP connection, reads the server's banner and closes. */
  public Connection connect(Target target) {
    return Connection.of(ask("connect", target, new Fields(), patience(target)));
  }

  /** {@link #connect} {@code total} times, 16 at once. */
  public Histogram connectMany(Target target, int total) {
    return connectMany(target, total, DEFAULT_CONCURRENCY);
  }

  public Histogram connectMany(Target target, int total, int concurrency) {
    Fields how = Fields.of("total", total).with("concurrency", concurrency);
    return Histogram.of(ask("connectMany", target, how, LONG_PATIENCE));
  }

  /**
   * Opens {@code total} connections one after the other on {@code concurrency} threads, each of
   * which must get its own 16 bytes back. {@link Target#timeout} bounds each; a short one is wise
   * where connections may be refused.
   */
  public ShortConnections shortConnections(Target target, long total, int concurrency) {
    Fields how = Fields.of("total", total).with("concurrency", concurrency);
    return ShortConnections.of(ask("shortConnections", target, how, LONG_PATIENCE));
  }

  /** A connection that stays. */
  public OpenConnection open(Target target) {
    Fields answer = ask("open", target, new Fields(), patience(target));
    return new OpenConnection(this, answer.text("handle"), Connection.of(answer));
  }

  /** Starts to exchange messages on several connections, one every few milliseconds on each. */
  public Conversations converse(Target target, int connections) {
    Fields how = Fields.of("connections", connections);
    return new Conversations(this, ask("converse", target, how, patience(target)).text("handle"));
  }

  /** Sends {@code bytes} and receives as many on one connection, comparing digests. */
  public Transfer transfer(Target target, long bytes) {
    return Transfer.of(ask("transfer", target, transferOf(bytes, 0), LONG_PATIENCE));
  }

  /**
   * Starts {@link #transfer} in the background.
   *
   * @param bytes in each direction
   * @param bytesPerSecond as both directions together; 0 for as fast as it goes
   */
  public BackgroundTransfer startTransfer(Target target, long bytes, long bytesPerSecond) {
    Fields answer =
        ask("startTransfer", target, transferOf(bytes, bytesPerSecond), patience(target));
    return new BackgroundTransfer(this, answer.text("handle"));
  }

  /** One datagram and its answer, from a socket that is connected to the target. */
  public UdpReply udpConnected(Target target, String payload) {
    return udp(target, payload, true);
  }

  /** One datagram and its answer, from a socket that is not connected. */
  public UdpReply udp(Target target, String payload) {
    return udp(target, payload, false);
  }

  /** {@link #udp} {@code total} times, each from a socket of its own, 16 at once. */
  public Histogram udpMany(Target target, int total) {
    Fields how = Fields.of("total", total).with("concurrency", DEFAULT_CONCURRENCY);
    return Histogram.of(ask("udpMany", target, how, LONG_PATIENCE));
  }

  /**
   * Sends a datagram to each target from one unconnected socket, then reads the answers.
   *
   * @return the answers, in the order of the targets
   */
  public List<UdpReply> udpAll(List<Target> targets) {
    Fields answer = ask(Fields.of("command", "udpAll").withAll(fieldsOf(targets)), PATIENCE);
    List<UdpReply> replies = new ArrayList<>();
    for (int i = 0; i < targets.size(); i++) {
      replies.add(UdpReply.of(Fields.parse(answer.text("reply." + i))));
    }
    return replies;
  }

  /** A UDP socket that stays. */
  public OpenUdp openUdp(Target target, boolean connected) {
    Fields answer = ask("openUdp", target, Fields.of("connected", connected), patience(target));
    return new OpenUdp(this, answer.text("handle"), target);
  }

  /** DNS clients. */
  public DnsProbe dns() {
    return new DnsProbe(this);
  }

  /** Several targets in one request. */
  static Fields fieldsOf(List<Target> targets) {
    Fields fields = Fields.of("targets", targets.size());
    for (int i = 0; i < targets.size(); i++) {
      fields.with("target." + i, targets.get(i).toFields());
    }
    return fields;
  }

  private UdpReply udp(Target target, String payload, boolean connected) {
    Fields how = Fields.of("payload", payload).with("connected", connected);
    return UdpReply.of(ask("udp", target, how, patience(target)));
  }

  private static Fields transferOf(long bytes, long bytesPerSecond) {
    return Fields.of("bytes", bytes).with("bytesPerSecond", bytesPerSecond);
  }

  private static Duration patience(Target target) {
    return PATIENCE.plus(target.timeout().multipliedBy(2));
  }

  private Fields ask(String command, Target target, Fields how, Duration patience) {
    return ask(Fields.of("command", command).withAll(target.toFields()).withAll(how), patience);
  }

  Fields ask(Fields request, Duration patience) {
    return control.ask(request, patience);
  }
}
