// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import dev.sluice.lab.e2e.Cell.Backend;
import dev.sluice.lab.e2e.Cell.Call;
import dev.sluice.lab.e2e.Cell.Client;
import dev.sluice.lab.e2e.Cell.Exchange;
import dev.sluice.lab.e2e.Cell.Frontend;
import dev.sluice.lab.e2e.Cell.Way;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The tables of cells. */
final class Matrix {
  private static final Set<Backend> ALL = EnumSet.allOf(Backend.class);
  private static final Set<Backend> OTHERS = EnumSet.complementOf(EnumSet.of(Backend.ITSELF));
  private static final Set<Backend> PODS = EnumSet.of(Backend.SAME_NODE, Backend.OTHER_NODE);

  private final List<Cell> cells = new ArrayList<>();

  private Matrix() {}

  /** Pods and the node reach Services by their sockets. */
  static List<Cell> bySockets() {
    return new Matrix()
        .add(Client.POD, Frontend.CLUSTER_IP, ALL, EnumSet.allOf(Call.class), true)
        .add(Client.POD, Frontend.NODE_PORT, PODS, EnumSet.allOf(Call.class), true)
        .add(Client.POD, Frontend.EXTERNAL_IP, PODS, EnumSet.of(Call.IPV4, Call.IPV6), true)
        .add(Client.NODE, Frontend.CLUSTER_IP, OTHERS, EnumSet.allOf(Call.class), true)
        // There is no [::1]:nodePort, as with kube-proxy.
        .add(
            Client.NODE,
            Frontend.LOOPBACK_NODE_PORT,
            OTHERS,
            EnumSet.complementOf(EnumSet.of(Call.IPV6)),
            true)
        .cells;
  }

  /** The same pods without socket hooks: by the devices that they are behind. */
  static List<Cell> byPackets() {
    return new Matrix()
        .add(Client.POD, Frontend.CLUSTER_IP, ALL, EnumSet.allOf(Call.class), false)
        .add(Client.POD, Frontend.NODE_PORT, PODS, EnumSet.of(Call.IPV4, Call.IPV6), false)
        .add(Client.POD, Frontend.EXTERNAL_IP, PODS, EnumSet.of(Call.IPV4, Call.IPV6), false)
        .cells;
  }

  /** Clients that are not this node's: always by packets, whether there are socket hooks or not. */
  static List<Cell> fromOutside(Client client) {
    EnumSet<Call> calls = EnumSet.of(Call.IPV4, Call.IPV6);
    return new Matrix()
        .add(client, Frontend.NODE_PORT, OTHERS, calls, false)
        .add(client, Frontend.EXTERNAL_IP, OTHERS, calls, false)
        .add(client, Frontend.LOAD_BALANCER_IP, OTHERS, calls, false)
        .cells;
  }

  /** What XDP takes over from {@link #fromOutside}: the backends on other nodes. */
  static List<Cell> fromOutsideByXdp() {
    return fromOutside(Client.OUTSIDE).stream()
        .filter(cell -> cell.way() == Way.SOURCE_NAT)
        .map(cell -> cell.by(Way.SOURCE_NAT_BY_XDP))
        .toList();
  }

  /** One table after the other. */
  static List<Cell> both(List<Cell> first, List<Cell> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  private Matrix add(
      Client client, Frontend frontend, Set<Backend> backends, Set<Call> calls, boolean sockets) {
    for (Backend backend : backends) {
      for (Exchange exchange : Exchange.values()) {
        for (Call call : calls) {
          Way way = sockets ? Way.SOCKET : byPackets(client, backend);
          cells.add(new Cell(client, frontend, backend, exchange, call, way));
        }
      }
    }
    return this;
  }

  private static Way byPackets(Client client, Backend backend) {
    return switch (client) {
      // To itself: the stack would take the packet for a martian, so it is sent back at once.
      case POD -> backend == Backend.ITSELF ? Way.SOURCE_NAT : Way.CLIENTS_DEVICE;
      case OUTSIDE, TUN -> backend.isOnNode1() ? Way.CLIENTS_DEVICE : Way.SOURCE_NAT;
      case NODE -> throw new IllegalArgumentException("the node's own sockets need socket hooks");
    };
  }
}
