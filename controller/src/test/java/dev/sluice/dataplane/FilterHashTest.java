// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bpf.Hook;
import dev.sluice.bpf.MapNames;
import dev.sluice.bpf.Reason;
import dev.sluice.bpf.ReplyCell;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import dev.sluice.packets.End;
import dev.sluice.packets.Packet;
import dev.sluice.packets.Sent;
import dev.sluice.plan.ServicePlan;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The controller sets frontends' bits and clears backends' cells, which the programs set. Random
 * ends must be found by both: a difference in the arithmetic would miss nearly all of them.
 */
class FilterHashTest {
  private static final int ENDS = 300;

  @ParameterizedTest
  @EnumSource
  void theProgramFindsTheBitsThatTheControllerSets(IpFamily family) {
    Random random = new Random(20_000);
    Cast cast = Cast.of(family);
    try (NodeUnderTest node = new NodeUnderTest(Delivery.TEST_RUN)) {
      node.reset();
      for (int i = 0; i < ENDS; i++) {
        Protocol protocol = i % 2 == 0 ? Protocol.TCP : Protocol.UDP;
        End frontend = randomEnd(family, random);
        End backend = randomEnd(family, random);
        assertThat(reply(node, protocol, backend, cast.clientEnd()))
            .as("before: " + backend)
            .isEqualTo(Reason.PASS_NOT_SERVICE);

        ServicePlan plan = Plans.service(protocol, frontend, Plans.random(Plans.local(backend)));
        node.apply(plan);
        assertThat(call(node, protocol, cast.clientEnd(), frontend))
            .as("frontend " + frontend)
            .isEqualTo(Reason.OPENED_LOCAL);
        assertThat(cell(node, protocol, backend))
            .as("cell of backend " + backend)
            .isEqualTo(ReplyCell.OPENED.value());
        assertThat(reply(node, protocol, backend, new End(cast.vip(), 1)))
            .as("backend " + backend)
            .isEqualTo(Reason.PASS_NO_FLOW);
        node.remove(plan.name());
      }
    }
  }

  private static int cell(NodeUnderTest node, Protocol protocol, End backend) {
    int cell = FilterHash.cell(backend.address(), backend.port(), protocol, true);
    return node.objects().mapped(MapNames.REPLY_CELLS).memory().get(ValueLayout.JAVA_BYTE, cell);
  }

  private static Reason call(NodeUnderTest node, Protocol protocol, End from, End to) {
    return node.deliver(
            Hook.TC_INGRESS, Place.UPLINK, Sent.of(packet(protocol, from, to, true)), true)
        .reason();
  }

  private static Reason reply(NodeUnderTest node, Protocol protocol, End from, End to) {
    return node.deliver(
            Hook.TC_EGRESS, Place.UPLINK, Sent.of(packet(protocol, from, to, false)), true)
        .reason();
  }

  private static Packet packet(Protocol protocol, End from, End to, boolean first) {
    return protocol == Protocol.UDP
        ? Packet.udp(from, to)
        : Packet.tcp(from, to, first ? Packet.Flag.SYN : Packet.Flag.ACK);
  }

  private static End randomEnd(IpFamily family, Random random) {
    byte[] address = new byte[family.addressBytes()];
    random.nextBytes(address);
    return new End(IpAddress.ofBytes(address), 1 + random.nextInt(65535));
  }
}
