// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static dev.sluice.dataplane.PacketCase.handedOn;
import static dev.sluice.dataplane.PacketCase.sentOn;
import static dev.sluice.dataplane.PacketCase.untouched;
import static dev.sluice.dataplane.Place.FABRIC;
import static dev.sluice.dataplane.Place.POD;
import static dev.sluice.dataplane.Place.UPLINK;
import static dev.sluice.dataplane.Plans.local;
import static dev.sluice.dataplane.Plans.maglev;
import static dev.sluice.dataplane.Plans.random;
import static dev.sluice.dataplane.Plans.rejecting;
import static dev.sluice.dataplane.Plans.remote;
import static dev.sluice.dataplane.Plans.service;
import static dev.sluice.model.Protocol.TCP;
import static dev.sluice.model.Protocol.UDP;
import static dev.sluice.packets.Packet.Flag.ACK;
import static dev.sluice.packets.Packet.Flag.RST;
import static dev.sluice.packets.Packet.Flag.SYN;
import static dev.sluice.packets.Packet.other;
import static dev.sluice.packets.Packet.tcp;
import static dev.sluice.packets.Packet.udp;

import dev.sluice.bpf.Reason;
import dev.sluice.compatibility.ShowsRules;
import dev.sluice.model.IpFamily;
import dev.sluice.packets.End;
import dev.sluice.packets.Packet;
import dev.sluice.packets.Packet.Trait;
import dev.sluice.packets.Sent;
import dev.sluice.packets.VethPlug;
import dev.sluice.plan.Frontend;
import java.util.List;
import java.util.Set;

/**
 * What the programs leave as it is: not IP, not a Service's, damaged, or in mid-flow without a
 * flow.
 */
final class UntranslatedRows extends PacketRows {
  UntranslatedRows(Cast cast) {
    super(cast);
    whatIsNotOurs();
    whatIsDamaged();
    packetsWithoutAFlow();
  }

  @ShowsRules(69)
  private void whatIsNotOurs() {
    row("what is not IP passes")
        .given(service(TCP, vip, random(local(pod))))
        .enters(UPLINK, Sent.arp(), Reason.PASS_NOT_IP, untouched())
        .leaves(UPLINK, Sent.arp(), Reason.PASS_NOT_IP, untouched());

    // The kernel takes the tag off before tc sees the frame, which a test run leaves out.
    row("a tagged frame passes: the VLAN device's own program sees it without the tag")
        .only(Delivery.ETHERNET)
        .given(service(TCP, vip, random(local(pod))))
        .enters(
            UPLINK,
            Sent.of(tcp(client, vip, SYN)).tagged(5),
            Reason.PASS_VLAN,
            handedOn(tcp(client, vip, SYN)));

    int icmp =
        switch (family) {
          case IPV4 -> Packet.ICMP;
          case IPV6 -> Packet.ICMPV6;
        };
    PacketCase protocols = row("protocols without a Service pass").given(tcpOn(pod));
    for (int protocol : List.of(icmp, Packet.GRE)) {
      protocols
          .enters(UPLINK, other(protocol, client, vip), Reason.PASS_PROTOCOL, untouched())
          .leaves(UPLINK, other(protocol, pod, client), Reason.PASS_PROTOCOL, untouched());
    }

    row("what is not for a frontend passes: another address, port or protocol")
        .given(tcpOn(pod))
        .enters(UPLINK, tcp(client, otherVip, SYN), Reason.PASS_NOT_SERVICE, untouched())
        .enters(
            UPLINK,
            tcp(client, new End(vip.address(), 81), SYN),
            Reason.PASS_NOT_SERVICE,
            untouched())
        .enters(UPLINK, udp(client, vip), Reason.PASS_NOT_SERVICE, untouched())
        .leaves(UPLINK, tcp(otherPod, client, SYN, ACK), Reason.PASS_NOT_SERVICE, untouched());

    row("what the link header sends to another host passes: that one opens the flow, or refuses it")
        .only(Delivery.TEST_RUN, Delivery.ETHERNET)
        .given(tcpOn(remote))
        .given(service(UDP, vip, rejecting()))
        .when("a switch floods", node -> node.hearsOthers(VethPlug.FAR))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.PASS_OTHER_HOST, untouched())
        .enters(UPLINK, udp(client, vip), Reason.PASS_OTHER_HOST, untouched())
        .enters(FABRIC, tcp(remote, nat, SYN, ACK), Reason.PASS_NOT_SERVICE, untouched())
        .when("it has learnt", node -> node.hearsOthers(VethPlug.NEAR))
        .enters(
            UPLINK,
            tcp(client, vip, SYN),
            Reason.OPENED_REMOTE,
            sentOn(FABRIC, tcp(nat, remote, SYN)));

    row("a frontend of the node's own sockets does not exist for packets")
        .given(
            service(
                TCP,
                vip,
                random(local(pod)),
                random(local(pod)),
                Set.of(Frontend.Flag.NODE_SOCKETS_ONLY)))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.PASS_NOT_SERVICE, untouched());
  }

  private void whatIsDamaged() {
    Sent syn = Sent.of(tcp(client, vip, SYN));
    Sent question = Sent.of(udp(client, vip));
    Sent withOptions = Sent.of(tcp(client, vip, SYN).with(Trait.OPTIONS));
    int ipHeader = syn.bytes().length - 20;
    int behindOptions = withOptions.bytes().length - 20;

    // A test run refuses such a frame.
    row("a packet that ends within its IP header passes untouched")
        .only(Delivery.ETHERNET, Delivery.TUN)
        .given(tcpOn(pod))
        .enters(UPLINK, syn.cut(ipHeader - 1), Reason.PASS_TRUNCATED, untouched())
        .enters(UPLINK, syn.cut(12), Reason.PASS_TRUNCATED, untouched())
        .leaves(UPLINK, syn.cut(ipHeader - 1), Reason.PASS_TRUNCATED, untouched());
    row("a packet that ends within its TCP header passes untouched")
        .given(tcpOn(pod))
        .enters(UPLINK, syn.cut(ipHeader), Reason.PASS_TRUNCATED, untouched())
        .enters(UPLINK, syn.cut(ipHeader + 4), Reason.PASS_TRUNCATED, untouched())
        .enters(UPLINK, syn.cut(ipHeader + 19), Reason.PASS_TRUNCATED, untouched());
    row("a packet that ends within its UDP header passes untouched")
        .given(service(UDP, vip, random(local(pod))))
        .enters(UPLINK, question.cut(ipHeader + 7), Reason.PASS_TRUNCATED, untouched());
    row("a packet that ends within or behind its options passes untouched")
        .given(tcpOn(pod))
        .enters(UPLINK, withOptions.cut(behindOptions - 1), Reason.PASS_TRUNCATED, untouched())
        .enters(UPLINK, withOptions.cut(behindOptions + 4), Reason.PASS_TRUNCATED, untouched());
    row("a packet whose header belies its type passes untouched")
        .given(tcpOn(pod))
        .enters(UPLINK, syn.patched(0, 0x55), Reason.PASS_TRUNCATED, untouched());
    if (family == IpFamily.IPV4) {
      row("a header length that is too small or leads beyond the packet passes untouched")
          .given(tcpOn(pod))
          .enters(UPLINK, syn.patched(0, 0x44), Reason.PASS_TRUNCATED, untouched())
          .enters(UPLINK, syn.patched(0, 0x4f), Reason.PASS_TRUNCATED, untouched());
    }
  }

  @ShowsRules(181)
  private void packetsWithoutAFlow() {
    row("only a SYN opens a flow where backends are spread at random")
        .given(tcpOn(pod))
        .enters(UPLINK, tcp(client, vip, ACK), Reason.PASS_NO_FLOW, untouched())
        .enters(UPLINK, tcp(client, vip, RST), Reason.PASS_NO_FLOW, untouched())
        .enters(UPLINK, tcp(client, vip, SYN, ACK), Reason.PASS_NO_FLOW, untouched());
    row("a packet of a backend without flows passes like anybody's")
        .given(tcpOn(pod))
        .leaves(UPLINK, tcp(pod, client, ACK), Reason.PASS_NOT_SERVICE, untouched())
        .enters(POD, tcp(pod, client, ACK), Reason.PASS_NOT_SERVICE, untouched());
    established(row("a backend's packet that is no reply passes"))
        .leaves(UPLINK, tcp(pod, stranger, ACK), Reason.PASS_NO_FLOW, untouched())
        .enters(POD, tcp(pod, stranger, ACK), Reason.PASS_NOT_SERVICE, untouched());
    row("a Maglev table restores a lost flow to a pod of this node")
        .given(service(TCP, vip, maglev(local(pod))))
        .enters(
            UPLINK,
            tcp(client, vip, ACK).carrying("later"),
            Reason.RESTORED,
            handedOn(tcp(client, pod, ACK).carrying("later")))
        .leaves(UPLINK, tcp(pod, client, ACK), Reason.REPLIED, handedOn(tcp(vip, client, ACK)))
        .enters(UPLINK, tcp(client, vip, ACK), Reason.FORWARDED, handedOn(tcp(client, pod, ACK)));
    row("a Maglev table never restores a flow with source NAT: its port is not known")
        .given(service(TCP, vip, maglev(remote(remote))))
        .enters(UPLINK, tcp(client, vip, ACK), Reason.PASS_NO_FLOW, untouched());
    row("a Maglev table does not restore a flow whose source port is taken")
        .given(service(TCP, vip, maglev(local(pod))))
        .given(service(TCP, otherVip, random(local(pod))))
        .enters(
            UPLINK,
            tcp(client, otherVip, SYN),
            Reason.OPENED_LOCAL,
            handedOn(tcp(client, pod, SYN)))
        .enters(UPLINK, tcp(client, vip, ACK), Reason.PASS_NO_FLOW, untouched())
        .leaves(
            UPLINK,
            tcp(pod, client, SYN, ACK),
            Reason.REPLIED,
            handedOn(tcp(otherVip, client, SYN, ACK)));
    row("an empty Maglev table restores nothing, and says nothing")
        .given(service(TCP, vip, maglev()))
        .enters(UPLINK, tcp(client, vip, ACK), Reason.PASS_NO_FLOW, untouched());
  }
}
