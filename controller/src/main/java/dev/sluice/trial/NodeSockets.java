// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trial;

import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.loader.BpfLink;
import dev.sluice.loader.CgroupAttachType;
import dev.sluice.model.IpAddress;
import dev.sluice.node.PrivateCgroup;
import dev.sluice.node.SocketProbe;
import dev.sluice.node.SocketProbe.Answer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The node's own sockets. Socket programs have no test run, so they are attached to a cgroup that
 * holds this process alone, and real sockets are opened under them. What would tell a socket its
 * peer is not attached: the true destination is wanted.
 */
public final class NodeSockets implements AutoCloseable {
  private final PrivateCgroup cgroup = new PrivateCgroup();
  private final List<BpfLink> links = new ArrayList<>();

  public NodeSockets(LoadedObjects objects) {
    try {
      attach(objects, "connect4", CgroupAttachType.INET4_CONNECT);
      attach(objects, "connect6", CgroupAttachType.INET6_CONNECT);
      attach(objects, "sendmsg4", CgroupAttachType.UDP4_SENDMSG);
      attach(objects, "sendmsg6", CgroupAttachType.UDP6_SENDMSG);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void attach(LoadedObjects objects, String program, CgroupAttachType type) {
    links.add(BpfLink.attachCgroup(objects.socketProgram(program), cgroup.path(), type));
  }

  /** Makes a call, and says what became of it. */
  public Outcome open(Call call) {
    InetSocketAddress called = address(call.destination(), call.port());
    return switch (call.protocol()) {
      case TCP -> outcome(SocketProbe.tcp(called), called);
      case UDP -> {
        // A datagram socket's connect() never fails; a refusal comes with what it sends.
        Outcome connected = outcome(SocketProbe.udp(called), called);
        yield connected.verdict() == Verdict.PASS
            ? outcome(SocketProbe.datagram(called), called)
            : connected;
      }
      case SCTP -> Outcome.of(Verdict.PASS); // such sockets pass no hook
    };
  }

  private static Outcome outcome(Answer answer, InetSocketAddress called) {
    return switch (answer) {
      case Answer.Refused() -> Outcome.of(Verdict.REJECT);
      case Answer.Unreachable() -> Outcome.of(Verdict.DROP);
      case Answer.Destination(InetSocketAddress taken) ->
          taken.equals(called)
              ? Outcome.of(Verdict.PASS)
              : new Outcome(
                  Verdict.FORWARD,
                  Set.of(
                      IpAddress.ofBytes(taken.getAddress().getAddress())
                          .withPort(taken.getPort())));
    };
  }

  private static InetSocketAddress address(IpAddress address, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address.bytes()), port);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 and 16 bytes are addresses", e);
    }
  }

  @Override
  public void close() {
    links.forEach(BpfLink::close);
    cgroup.close();
  }
}
