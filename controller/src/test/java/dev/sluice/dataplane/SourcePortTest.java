// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static dev.sluice.dataplane.Plans.random;
import static dev.sluice.dataplane.Plans.remote;
import static dev.sluice.dataplane.Plans.service;
import static dev.sluice.packets.Packet.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bpf.Hook;
import dev.sluice.bpf.Reason;
import dev.sluice.compatibility.ShowsRules;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import dev.sluice.packets.End;
import dev.sluice.packets.Packet.Flag;
import dev.sluice.packets.Sent;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which ports source NAT takes for connections to other nodes. */
class SourcePortTest {
  private static final int FLOWS = 200;
  private static final int FIRST = 49152;
  private static final int LAST = 65535;
  private static final int PARTS = 8;
  private static final int FEW_PORTS = 8000;

  /** A port taken at random is within this distance of the one before in 1 of 128 cases. */
  private static final int NEAR = 64;

  /**
   * Even odds would leave one of the eight parts of the range empty once in 10^10 runs, and put 20
   * of 200 ports near the one before even more seldom.
   */
  @ParameterizedTest
  @EnumSource
  @ShowsRules(137)
  void theyAreSpreadOverTheRangeInNoOrder(IpFamily family) {
    Cast cast = Cast.of(family);
    int[] ports;
    try (NodeUnderTest node = new NodeUnderTest(Delivery.TEST_RUN)) {
      node.reset();
      node.natPorts(FIRST, LAST);
      End backend = cast.backend(cast.remotePod());
      node.apply(service(Protocol.TCP, cast.frontend(), random(remote(backend))));
      ports = IntStream.range(0, FLOWS).map(flow -> sourcePort(node, cast, flow)).toArray();
    }

    assertThat(Arrays.stream(ports)).allMatch(port -> port >= FIRST && port <= LAST);
    assertThat(Arrays.stream(ports).map(port -> (port - FIRST) * PARTS / (LAST - FIRST + 1)))
        .as("parts of the range in use")
        .containsAll(IntStream.range(0, PARTS).boxed().toList());
    long near =
        IntStream.range(1, FLOWS).filter(i -> Math.abs(ports[i] - ports[i - 1]) <= NEAR).count();
    assertThat(near).as("ports near the one before").isLessThan(FLOWS / 10);
  }

  /**
   * At nine of ten, 64 tries fail for one flow in 850; until there for a tenth of a flow. With one
   * way of trying for all, 10 flows and more are refused until there, and then one in 15.
   */
  @ParameterizedTest
  @EnumSource
  void almostNobodyIsRefusedUntilNineOfTenAreTaken(IpFamily family) {
    Cast cast = Cast.of(family);
    End backend = cast.backend(cast.remotePod());
    int refused = 0;
    MapSizes sizes = new MapSizes(64, 64, 4096, 64, 16 * FEW_PORTS, 64);
    try (NodeUnderTest node = new NodeUnderTest(Delivery.TEST_RUN, false, Sampling.NONE, sizes)) {
      node.reset();
      node.natPorts(FIRST, FIRST + FEW_PORTS - 1);
      node.apply(service(Protocol.TCP, cast.frontend(), random(remote(backend))));
      for (int flow = 0; flow - refused < FEW_PORTS * 9 / 10; flow++) {
        if (open(node, cast, flow).reason() == Reason.REJECT_NO_PORT) {
          refused++;
        }
        assertThat(refused).as("flows refused of %d", flow + 1).isLessThan(4);
      }
    }
  }

  /** Opens a connection from a port of its own, and tells the port that the backend sees. */
  private static int sourcePort(NodeUnderTest node, Cast cast, int flow) {
    NodeUnderTest.Outcome outcome = open(node, cast, flow);
    assertThat(outcome.reason()).isEqualTo(Reason.OPENED_REMOTE);
    int ipHeader = cast.family() == IpFamily.IPV4 ? 20 : 40;
    return Short.toUnsignedInt(ByteBuffer.wrap(outcome.bytes()).getShort(ipHeader));
  }

  private static NodeUnderTest.Outcome open(NodeUnderTest node, Cast cast, int flow) {
    End client = new End(cast.client(), Cast.CLIENT_PORT + flow);
    return node.deliver(
        Hook.TC_INGRESS, Place.UPLINK, Sent.of(tcp(client, cast.frontend(), Flag.SYN)), true);
  }
}
