// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Hook;
import dev.sluice.bpf.MapNames;
import dev.sluice.dataplane.NodeUnderTest.Outcome;
import dev.sluice.loader.BpfMap;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import dev.sluice.packets.End;
import dev.sluice.packets.Packet;
import dev.sluice.packets.Packet.Flag;
import dev.sluice.packets.Plug;
import dev.sluice.packets.Sent;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Two nodes in one network namespace, with the same Services and each with flows of its own. On the
 * first one all packets meet tc, on the second one those that come by a NIC meet XDP before.
 */
final class TwinNodes implements AutoCloseable {
  private static final MapSizes SIZES = new MapSizes(256, 256, 4096, 64, 256, 64);

  /** What packets write and read again. */
  private static final List<String> STATE =
      List.of(
          MapNames.FLOW4,
          MapNames.FLOW6,
          MapNames.EMBRYO4,
          MapNames.EMBRYO6,
          MapNames.FRAGMENT4,
          MapNames.FRAGMENT6);

  private final NodeUnderTest first;
  private final LoadedObjects second;
  private final TestRuns runs;
  private final TestRuns runsOfSecond;
  private Optional<Conversation> moved = Optional.empty();

  TwinNodes() {
    first = new NodeUnderTest(Delivery.TEST_RUN, true, Sampling.NONE, SIZES);
    LoadedObjects loaded = null;
    try {
      setUp();
      loaded = LoadedObjects.beside(first.objects());
      second = loaded;
      inNetwork(this::setUpXdp);
      runs = new TestRuns(first.objects());
      runsOfSecond = new TestRuns(second);
    } catch (RuntimeException | AssertionError e) {
      if (loaded != null) {
        loaded.close();
      }
      first.close();
      throw e;
    }
  }

  private void setUp() {
    first.reset();
    Spot.devices().forEach(first::run);
    for (IpFamily family : IpFamily.values()) {
      for (Spot spot : Spot.values()) {
        spot.route(family).forEach(first::run);
        for (Protocol protocol : Protocol.values()) {
          first.apply(to(family, protocol, spot).plan());
        }
      }
    }
  }

  private static Conversation to(IpFamily family, Protocol protocol, Spot backends) {
    return new Conversation(
        family, protocol, Spot.UPLINK, backends, false, 1, Conversation.State.NOTHING_SAID);
  }

  private void setUpXdp() {
    second.xdp();
    copy(first.objects().map(MapNames.NODE), second.map(MapNames.NODE));
    int fabric = first.index(Place.FABRIC);
    int uplink = first.index(Place.UPLINK);
    new XdpPorts(second)
        .write(
            Map.of(
                uplink,
                new XdpPorts.Port(uplink, XdpPorts.UNTAGGED),
                fabric,
                new XdpPorts.Port(fabric, XdpPorts.UNTAGGED),
                Plug.index(first.namespace(), Spot.VLAN_DEVICE),
                new XdpPorts.Port(fabric, Spot.VLAN)));
    forgetNextHops();
  }

  /** Does work on the thread on which all is to be done. */
  void inNetwork(Runnable work) {
    first
        .namespace()
        .call(
            () -> {
              work.run();
              return null;
            });
  }

  /** Forgets all flows and plays a conversation up to its state. Both nodes know it then. */
  void begin(Conversation conversation) {
    moved.ifPresent(before -> first.apply(before.plan()));
    moved = Optional.empty();
    for (String map : STATE) {
      NodeUnderTest.clear(first.objects().map(map));
      NodeUnderTest.clear(second.map(map));
    }
    play(conversation);
    STATE.forEach(map -> copy(first.objects().map(map), second.map(map)));
    second
        .mapped(MapNames.REPLY_CELLS)
        .memory()
        .copyFrom(first.objects().mapped(MapNames.REPLY_CELLS).memory());
  }

  private void play(Conversation conversation) {
    Conversation.State state = conversation.state();
    if (state == Conversation.State.NOTHING_SAID) {
      return;
    }
    ask(conversation, Flag.SYN);
    if (state == Conversation.State.ASKED) {
      return;
    }
    answer(conversation, Flag.SYN, Flag.ACK);
    switch (state) {
      case NOTHING_SAID, ASKED, ANSWERED -> {}
      case ENDED_BY_CLIENT -> ask(conversation, Flag.FIN, Flag.ACK);
      case ENDED_BY_BACKEND -> answer(conversation, Flag.FIN, Flag.ACK);
      case ENDED_BY_BOTH -> {
        ask(conversation, Flag.FIN, Flag.ACK);
        answer(conversation, Flag.FIN, Flag.ACK);
      }
      case RESET -> answer(conversation, Flag.RST);
      case BACKEND_GONE -> {
        first.apply(conversation.planWithOtherBackend());
        moved = Optional.of(conversation);
      }
    }
  }

  private void ask(Conversation conversation, Flag... flags) {
    Packet packet = conversation.packet(conversation.client(), conversation.vip(), flags);
    onTc(Hook.TC_INGRESS, conversation.clientDevice(), packet);
  }

  private void answer(Conversation conversation, Flag... flags) {
    End client = conversation.clientAsSeen();
    Packet packet = conversation.packet(conversation.backend(), client, flags);
    if (conversation.isSentOn()) {
      onTc(Hook.TC_INGRESS, conversation.backends().device(), packet);
    } else {
      onTc(Hook.TC_EGRESS, conversation.clientDevice(), packet);
    }
  }

  private void onTc(Hook hook, Place place, Packet packet) {
    runs.run(hook, first.index(place), Sent.of(packet));
  }

  private static void copy(BpfMap from, BpfMap to) {
    from.forEach(to::update);
  }

  /** Makes XDP ask the kernel for next hops that it knows. */
  void forgetNextHops() {
    new NextHopGeneration(second).advance();
  }

  /** What a packet meets on the first node. */
  Outcome onTc(Place place, Sent packet) {
    return runs.run(Hook.TC_INGRESS, first.index(place), packet);
  }

  /** What a packet meets at a hook of the second node. */
  Outcome onSecond(Hook hook, Place place, Sent packet) {
    return runsOfSecond.run(hook, first.index(place), packet);
  }

  FlowImage flows() {
    return FlowImage.of(first.objects());
  }

  FlowImage flowsOfSecond() {
    return FlowImage.of(second);
  }

  @Override
  public void close() {
    second.close();
    first.close();
  }
}
