// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference.world;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * A port of a Service.
 *
 * @param nodePort 0 for none
 */
record PortSeed(String protocol, int number, int nodePort) {
  /** A service port that is a node port number, too, and the node port that Services share. */
  static final int SHARED = 30080;

  private enum NodePort {
    NONE,
    OWN,
    SHARED
  }

  static Arbitrary<List<PortSeed>> ports(int service) {
    return Combinators.combine(
            Arbitraries.frequency(Tuple.of(6, "TCP"), Tuple.of(4, "UDP"), Tuple.of(1, "SCTP")),
            Arbitraries.of(80, 443, SHARED),
            Arbitraries.frequency(
                Tuple.of(4, NodePort.NONE),
                Tuple.of(6, NodePort.OWN),
                Tuple.of(1, NodePort.SHARED)))
        .as((protocol, number, nodePort) -> port(service, protocol, number, nodePort))
        .list()
        .uniqueElements(port -> port.protocol + port.number)
        .uniqueElements(port -> port.nodePort == 0 ? port : port.protocol + port.nodePort)
        .ofMinSize(1)
        .ofMaxSize(3);
  }

  private static PortSeed port(int service, String protocol, int number, NodePort nodePort) {
    if (protocol.equals("SCTP")) {
      // Sluice serves SCTP on one number only.
      return new PortSeed(protocol, SHARED, nodePort == NodePort.SHARED ? SHARED : 0);
    }
    return switch (nodePort) {
      case NONE -> new PortSeed(protocol, number, 0);
      case SHARED -> new PortSeed(protocol, number, SHARED);
      case OWN -> new PortSeed(protocol, number, 31000 + number % 1000 + 100 * service);
    };
  }

  /** Names tell ports apart; the only one of a Service may be unnamed (rule 28). */
  String name(int ports) {
    return ports == 1 && number != 443 ? "" : protocol.toLowerCase(Locale.ROOT) + number;
  }

  ObjectNode object(int ports) {
    ObjectNode port = Json.object().put("name", name(ports)).put("port", number);
    port.put("targetPort", 9); // of no meaning to a proxy (rule 27)
    if (!protocol.equals("TCP") || number == 80) {
      port.put("protocol", protocol);
    }
    if (nodePort != 0) {
      port.put("nodePort", nodePort);
    }
    return port;
  }

  /** The number that backends have in a slice. */
  int target(int slice) {
    return protocol.equals("SCTP") ? SHARED : 8000 + number % 1000 + slice;
  }
}
