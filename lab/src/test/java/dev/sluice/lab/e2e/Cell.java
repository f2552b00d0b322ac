// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.SocketKind;
import java.util.Locale;
import java.util.Set;

/**
 * One cell of the matrix: who calls which backend by which frontend, how, and which hooks of node-1
 * are to translate. On node-2 nothing is ever to be translated.
 */
record Cell(
    Client client, Frontend frontend, Backend backend, Exchange exchange, Call call, Way way) {

  /** Who calls. */
  enum Client {
    /** pod-a on node-1. */
    POD,
    /** A process of node-1 itself. */
    NODE,
    /** A host outside of the cluster. */
    OUTSIDE,
    /** A host behind node-1's tun device, which has no link header. */
    TUN,
  }

  /** What is called; outside addresses lead to node-1. */
  enum Frontend {
    CLUSTER_IP,
    NODE_PORT,
    LOOPBACK_NODE_PORT,
    EXTERNAL_IP,
    LOAD_BALANCER_IP,
  }

  /** Who is to answer: each has a Service of its own, with no other endpoint. */
  enum Backend {
    ITSELF(1, "pod-a"),
    SAME_NODE(2, "pod-b"),
    OTHER_NODE(3, "pod-c"),
    HOST_HERE(4, "node-1"),
    HOST_THERE(5, "node-2");

    private final int number;
    private final String host;

    Backend(int number, String host) {
      this.number = number;
      this.host = host;
    }

    /** Tells its Service's addresses and node port from the others', 1 to 9. */
    int number() {
      return number;
    }

    /** The pod or node. */
    String host() {
      return host;
    }

    boolean isOnNode1() {
      return switch (this) {
        case ITSELF, SAME_NODE, HOST_HERE -> true;
        case OTHER_NODE, HOST_THERE -> false;
      };
    }

    /** Also the name of its Service. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** What is exchanged. */
  enum Exchange {
    /** A connection, and another that transfers many bytes both ways. */
    TCP,
    UDP_CONNECTED,
    UDP_UNCONNECTED,
  }

  /** The frontend's family, and the kind of socket that calls it. */
  enum Call {
    IPV4(AddressFamily.IPV4, SocketKind.IPV4),
    IPV6(AddressFamily.IPV6, SocketKind.DUAL_STACK),
    /** An AF_INET6 socket that calls ::ffff:a.b.c.d, as every JVM does. */
    IPV4_BY_DUAL_STACK_SOCKET(AddressFamily.IPV4, SocketKind.DUAL_STACK);

    private final AddressFamily family;
    private final SocketKind socket;

    Call(AddressFamily family, SocketKind socket) {
      this.family = family;
      this.socket = socket;
    }

    AddressFamily family() {
      return family;
    }

    SocketKind socket() {
      return socket;
    }
  }

  /** Which hooks translate, and none else. */
  enum Way {
    /** The socket is connected to the backend at once; no packet is touched. */
    SOCKET,
    /** Both sides translated; the reply comes to the node itself, by an ingress, too. */
    SOURCE_NAT,
    /** {@link #SOURCE_NAT}, by tc until the flow is established, then by XDP. */
    SOURCE_NAT_BY_XDP,
    /** Translated where the client's packets enter, un-translated where they leave again. */
    CLIENTS_DEVICE;

    /** The rows of counters that are to grow. */
    Set<String> hooks() {
      return switch (this) {
        case SOCKET -> Set.of("socket");
        case CLIENTS_DEVICE -> Set.of("tc_ingress", "tc_egress");
        case SOURCE_NAT -> Set.of("tc_ingress");
        case SOURCE_NAT_BY_XDP -> Set.of("tc_ingress", "xdp");
      };
    }
  }

  /** The same, translated otherwise. */
  Cell by(Way other) {
    return new Cell(client, frontend, backend, exchange, call, other);
  }

  /** Whether the backend is to see the address that the client itself has. */
  boolean backendSeesClient() {
    return switch (way) {
      case SOCKET, CLIENTS_DEVICE -> client != Client.NODE;
      case SOURCE_NAT, SOURCE_NAT_BY_XDP -> false;
    };
  }

  @Override
  public String toString() {
    return "%s -> %s of %s, %s %s: %s"
        .formatted(client, frontend, backend, exchange, call, way)
        .toLowerCase(Locale.ROOT)
        .replace('_', ' ');
  }
}
