// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import dev.sluice.packets.End;
import dev.sluice.packets.Packet;
import dev.sluice.packets.Packet.Flag;
import dev.sluice.plan.ServicePlan;

/**
 * A client that calls a Service with one backend, and how far they have got.
 *
 * @param reachesItself whether the client is on the backend's host, and so has its address
 */
record Conversation(
    IpFamily family,
    Protocol protocol,
    Spot clients,
    Spot backends,
    boolean reachesItself,
    int clientPort,
    State state) {

  private static final int FIRST_PORT = 100;
  private static final int BACKEND_HOST = 5;
  private static final int OTHER_BACKEND_HOST = 6;
  private static final int CLIENT_HOST = 7;

  /** SCTP's chunks that open, acknowledge and end an association. */
  static final int INIT = 1;

  static final int DATA = 0;
  static final int ABORT = 6;

  /** How far a conversation has got before random packets come. */
  enum State {
    NOTHING_SAID,
    ASKED,
    ANSWERED,
    ENDED_BY_CLIENT,
    ENDED_BY_BACKEND,
    ENDED_BY_BOTH,
    RESET,
    /** It was answered, and then the Service got another backend. */
    BACKEND_GONE
  }

  End client() {
    return reachesItself
        ? new End(backends.address(family, BACKEND_HOST), clientPort)
        : new End(clients.address(family, CLIENT_HOST), clientPort);
  }

  End vip() {
    return new End(
        IpAddress.parse((family == IpFamily.IPV4 ? "10.96.0.1" : "fd00:96::1") + backends.number()),
        FIRST_PORT + backends.number());
  }

  End backend() {
    return backend(BACKEND_HOST);
  }

  /** SCTP keeps its ports. */
  private End backend(int host) {
    int port = protocol == Protocol.SCTP ? vip().port() : Cast.BACKEND_PORT;
    return new End(backends.address(family, host), port);
  }

  /** What the backend sees of the client. */
  End clientAsSeen() {
    if (!isSentOn()) {
      return client();
    }
    End nat = Cast.of(family).nat();
    return protocol == Protocol.SCTP ? new End(nat.address(), clientPort) : nat;
  }

  /** Whether source NAT makes the backend's packets come back to this node. */
  boolean isSentOn() {
    return reachesItself || (backends != Spot.HERE && clients != Spot.HERE);
  }

  /** Where the client's packets come from. */
  Place clientDevice() {
    return reachesItself ? backends.device() : clients.device();
  }

  /** Where its Service leads. */
  ServicePlan plan() {
    return plan(BACKEND_HOST);
  }

  /** Where it leads once the backend is gone. */
  ServicePlan planWithOtherBackend() {
    return plan(OTHER_BACKEND_HOST);
  }

  private ServicePlan plan(int host) {
    End end = backend(host);
    return Plans.service(
        protocol,
        vip(),
        Plans.random(backends == Spot.HERE ? Plans.local(end) : Plans.remote(end)));
  }

  /** A packet of its protocol; {@code flags} are TCP's, or name the chunk of SCTP that does so. */
  Packet packet(End from, End to, Flag... flags) {
    return switch (protocol) {
      case TCP -> Packet.tcp(from, to, flags);
      case UDP -> Packet.udp(from, to);
      case SCTP -> Packet.sctp(from, to, chunk(flags));
    };
  }

  private static int chunk(Flag... flags) {
    for (Flag flag : flags) {
      if (flag == Flag.SYN && flags.length == 1) {
        return INIT;
      }
      if (flag == Flag.RST) {
        return ABORT;
      }
    }
    return DATA;
  }
}
