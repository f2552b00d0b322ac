// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static dev.sluice.dataplane.PacketCase.dropped;
import static dev.sluice.dataplane.PacketCase.handedOn;
import static dev.sluice.dataplane.PacketCase.sentBack;
import static dev.sluice.dataplane.PacketCase.sentOn;
import static dev.sluice.dataplane.PacketCase.untouched;
import static dev.sluice.dataplane.Place.FABRIC;
import static dev.sluice.dataplane.Place.POD;
import static dev.sluice.dataplane.Place.UPLINK;
import static dev.sluice.dataplane.Plans.local;
import static dev.sluice.dataplane.Plans.random;
import static dev.sluice.dataplane.Plans.rejecting;
import static dev.sluice.dataplane.Plans.remote;
import static dev.sluice.dataplane.Plans.service;
import static dev.sluice.dataplane.Plans.silent;
import static dev.sluice.model.Protocol.TCP;
import static dev.sluice.model.Protocol.UDP;
import static dev.sluice.packets.Fragment.between;
import static dev.sluice.packets.Fragment.first;
import static dev.sluice.packets.Fragment.last;
import static dev.sluice.packets.Icmp.Kind.PACKET_TOO_BIG;
import static dev.sluice.packets.Icmp.error;
import static dev.sluice.packets.Packet.Flag.ACK;
import static dev.sluice.packets.Packet.Flag.RST;
import static dev.sluice.packets.Packet.Flag.SYN;
import static dev.sluice.packets.Packet.other;
import static dev.sluice.packets.Packet.tcp;

import dev.sluice.bpf.Reason;
import dev.sluice.model.IpFamily;
import dev.sluice.packets.End;
import dev.sluice.packets.Fragment;
import dev.sluice.packets.Packet;
import dev.sluice.packets.Packet.Trait;
import dev.sluice.packets.Sent;

/** Datagrams and segments in fragments: the first has the ports, the later ones follow it. */
final class FragmentRows extends PacketRows {
  private static final String TEXT = "a text that takes more than one fragment ".repeat(3);

  FragmentRows(Cast cast) {
    super(cast);
    everyWay();
    whatFollowsNobody();
    overlaps();
    firstFragmentsThatArePackets();
    refusals();
    if (family == IpFamily.IPV6) {
      fragmentHeadersOfIpv6();
    }
  }

  private static Packet udp(End from, End to) {
    return Packet.udp(from, to).carrying(TEXT);
  }

  private void everyWay() {
    row("a datagram in fragments to a pod of this node, and the answer in fragments")
        .given(service(UDP, vip, random(local(pod))))
        .enters(
            UPLINK,
            first(udp(client, vip), 48),
            Reason.OPENED_LOCAL,
            handedOn(first(udp(client, pod), 48)))
        .enters(
            UPLINK,
            between(udp(client, vip), 48, 96),
            Reason.FORWARDED,
            handedOn(between(udp(client, pod), 48, 96)))
        .enters(
            UPLINK,
            last(udp(client, vip), 96),
            Reason.FORWARDED,
            handedOn(last(udp(client, pod), 96)))
        .enters(POD, first(udp(pod, client), 48), Reason.PASS_NOT_SERVICE, untouched())
        .enters(POD, last(udp(pod, client), 48), Reason.PASS_NOT_SERVICE, untouched())
        .leaves(
            UPLINK,
            first(udp(pod, client), 48),
            Reason.REPLIED,
            handedOn(first(udp(vip, client), 48)))
        .leaves(
            UPLINK,
            last(udp(pod, client), 48),
            Reason.REPLIED,
            handedOn(last(udp(vip, client), 48)));
    row("fragments to another node's pod: source NAT, and round the stack")
        .given(service(UDP, vip, random(remote(remote))))
        .enters(
            UPLINK,
            first(udp(client, vip), 48),
            Reason.OPENED_REMOTE,
            sentOn(FABRIC, first(udp(nat, remote), 48)))
        .enters(
            UPLINK,
            last(udp(client, vip), 48),
            Reason.FORWARDED,
            sentOn(FABRIC, last(udp(nat, remote), 48)))
        .enters(UPLINK, last(udp(client, vip), 48).hops(1), Reason.DROP_TTL, dropped())
        .enters(
            FABRIC,
            first(udp(remote, nat), 48),
            Reason.REPLIED,
            sentOn(UPLINK, first(udp(vip, client), 48)))
        .enters(
            FABRIC,
            last(udp(remote, nat), 48),
            Reason.REPLIED,
            sentOn(UPLINK, last(udp(vip, client), 48)));
    row("a pod that reaches itself with fragments")
        .given(service(UDP, vip, random(local(pod))))
        .enters(
            POD,
            first(udp(podAsClient, vip), 48),
            Reason.OPENED_HAIRPIN,
            sentBack(first(udp(nat, pod), 48)))
        .enters(
            POD,
            last(udp(podAsClient, vip), 48),
            Reason.FORWARDED,
            sentBack(last(udp(nat, pod), 48)))
        .enters(
            POD,
            first(udp(pod, nat), 48),
            Reason.REPLIED,
            sentBack(first(udp(vip, podAsClient), 48)))
        .enters(
            POD,
            last(udp(pod, nat), 48),
            Reason.REPLIED,
            sentBack(last(udp(vip, podAsClient), 48)));
    Packet segment = tcp(client, vip, ACK).carrying(TEXT);
    established(row("a TCP segment in fragments"))
        .enters(UPLINK, first(segment, 24), Reason.FORWARDED, handedOn(first(segment.to(pod), 24)))
        .enters(UPLINK, last(segment, 24), Reason.FORWARDED, handedOn(last(segment.to(pod), 24)));
    row("fragments with options in their headers")
        .given(service(UDP, vip, random(local(pod))))
        .enters(
            UPLINK,
            first(udp(client, vip).with(Trait.OPTIONS), 48),
            Reason.OPENED_LOCAL,
            handedOn(first(udp(client, pod).with(Trait.OPTIONS), 48)))
        .enters(
            UPLINK,
            last(udp(client, vip).with(Trait.OPTIONS), 48),
            Reason.FORWARDED,
            handedOn(last(udp(client, pod).with(Trait.OPTIONS), 48)));
    if (family == IpFamily.IPV4) {
      Packet unsummed = udp(client, vip).with(Trait.NO_CHECKSUM);
      row("a UDP checksum of 0 stays so in a first fragment")
          .given(service(UDP, vip, random(local(pod))))
          .enters(
              UPLINK,
              first(unsummed, 48),
              Reason.OPENED_LOCAL,
              handedOn(first(unsummed.to(pod), 48)));
    }
  }

  private void whatFollowsNobody() {
    Packet datagram = udp(client, vip);
    row("a fragment that comes before its first one passes: nobody knows its ports")
        .given(service(UDP, vip, random(local(pod))))
        .enters(UPLINK, last(datagram, 48), Reason.PASS_FRAGMENT, untouched())
        .enters(
            UPLINK, first(datagram, 48), Reason.OPENED_LOCAL, handedOn(first(datagram.to(pod), 48)))
        .enters(UPLINK, last(datagram, 48), Reason.FORWARDED, handedOn(last(datagram.to(pod), 48)))
        .enters(UPLINK, last(datagram, 48).of(0x4321), Reason.PASS_FRAGMENT, untouched())
        .enters(UPLINK, last(datagram.from(stranger), 48), Reason.PASS_FRAGMENT, untouched())
        .leaves(UPLINK, last(udp(pod, client), 48), Reason.PASS_FRAGMENT, untouched());
    Packet second = datagram.from(otherClient);
    row("an identification that is used again stands for the newer datagram")
        .given(service(UDP, vip, random(local(pod))))
        .enters(
            UPLINK, first(datagram, 48), Reason.OPENED_LOCAL, handedOn(first(datagram.to(pod), 48)))
        .given(service(UDP, vip, random(local(otherPod))))
        .enters(
            UPLINK,
            first(second, 48),
            Reason.OPENED_LOCAL,
            handedOn(first(second.to(otherPod), 48)))
        .enters(
            UPLINK, last(second, 48), Reason.FORWARDED, handedOn(last(second.to(otherPod), 48)));
    row("a later fragment opens no flow when its backend has gone")
        .given(service(UDP, vip, random(local(pod))))
        .enters(
            UPLINK, first(datagram, 48), Reason.OPENED_LOCAL, handedOn(first(datagram.to(pod), 48)))
        .given(service(UDP, vip, random(local(otherPod))))
        .enters(UPLINK, last(datagram, 48), Reason.PASS_NO_FLOW, untouched())
        .enters(
            UPLINK,
            first(datagram, 48),
            Reason.OPENED_LOCAL,
            handedOn(first(datagram.to(otherPod), 48)));
    Packet lateAck = tcp(client, vip, ACK).carrying(TEXT);
    row("fragments of a segment in mid-flow open nothing")
        .given(tcpOn(pod))
        .enters(UPLINK, first(lateAck, 24), Reason.PASS_NO_FLOW, untouched())
        .enters(UPLINK, last(lateAck, 24), Reason.PASS_NO_FLOW, untouched());
    row("fragments of what no Service has pass")
        .given(tcpOn(pod))
        .enters(UPLINK, first(udp(client, vip), 48), Reason.PASS_NOT_SERVICE, untouched())
        .enters(UPLINK, last(udp(client, vip), 48), Reason.PASS_FRAGMENT, untouched())
        .enters(UPLINK, first(other(Packet.GRE, client, vip), 8), Reason.PASS_PROTOCOL, untouched())
        .enters(UPLINK, last(other(Packet.GRE, client, vip), 8), Reason.PASS_FRAGMENT, untouched());
  }

  /**
   * RFC 1858, RFC 3128: fragments that are to be judged by one header and received with another.
   */
  private void overlaps() {
    Packet segment = tcp(client, vip, SYN).carrying(TEXT);
    row("a first fragment without all of its TCP header passes, and nothing follows it")
        .given(tcpOn(pod))
        .enters(UPLINK, first(segment, 8), Reason.PASS_TRUNCATED, untouched())
        .enters(UPLINK, last(segment, 8), Reason.PASS_FRAGMENT, untouched())
        .enters(UPLINK, first(segment, 16), Reason.PASS_TRUNCATED, untouched())
        .enters(UPLINK, last(segment, 16), Reason.PASS_FRAGMENT, untouched());
    row("padding behind a first fragment is not taken for the rest of its TCP header")
        .given(tcpOn(pod))
        .enters(
            UPLINK,
            Sent.of(first(segment, 8)).padded(0, 0, 0, 0, 0x50, 2, 0, 0, 0, 0, 0, 0),
            Reason.PASS_TRUNCATED,
            untouched());
    row("a later fragment must not overwrite the TCP header")
        .given(tcpOn(pod))
        .enters(
            UPLINK, first(segment, 32), Reason.OPENED_LOCAL, handedOn(first(segment.to(pod), 32)))
        .enters(UPLINK, last(segment, 8), Reason.PASS_FRAGMENT, untouched())
        .enters(UPLINK, last(segment, 16), Reason.PASS_FRAGMENT, untouched())
        .enters(UPLINK, last(segment, 24), Reason.FORWARDED, handedOn(last(segment.to(pod), 24)));
    Packet datagram = udp(client, vip);
    row("behind a UDP header of 8 bytes a later fragment may begin at once")
        .given(service(UDP, vip, random(local(pod))))
        .enters(
            UPLINK, first(datagram, 8), Reason.OPENED_LOCAL, handedOn(first(datagram.to(pod), 8)))
        .enters(UPLINK, last(datagram, 8), Reason.FORWARDED, handedOn(last(datagram.to(pod), 8)));
  }

  private void firstFragmentsThatArePackets() {
    Packet datagram = udp(client, vip);
    row("an error about a first fragment is translated: path MTU discovery of datagrams")
        .given(service(UDP, vip, random(local(pod))))
        .enters(
            UPLINK, first(datagram, 48), Reason.OPENED_LOCAL, handedOn(first(datagram.to(pod), 48)))
        .leaves(
            UPLINK,
            error(PACKET_TOO_BIG, router, first(datagram.to(pod), 48)),
            Reason.ERROR_TRANSLATED,
            handedOn(
                error(PACKET_TOO_BIG, router, first(datagram, 48))
                    .quotingChecksumOf(datagram.to(pod))))
        .leaves(
            UPLINK,
            error(PACKET_TOO_BIG, router, last(datagram.to(pod), 48)),
            Reason.PASS_PROTOCOL,
            untouched());
  }

  private void refusals() {
    Fragment question = first(udp(client, vip), 48);
    Packet syn = tcp(client, vip, SYN).carrying(TEXT);
    row("a first fragment is refused, later ones pass")
        .given(service(UDP, vip, rejecting()))
        .enters(UPLINK, question, Reason.REJECT_NO_BACKEND, sentBack(unreachable(vip, question)))
        .enters(UPLINK, last(udp(client, vip), 48), Reason.PASS_NO_FLOW, untouched());
    row("a SYN in fragments is refused by a reset")
        .given(service(TCP, vip, rejecting()))
        .enters(
            UPLINK,
            first(syn, 24),
            Reason.REJECT_NO_BACKEND,
            sentBack(tcp(vip, client, RST, ACK).numbered(0, 1001, 0)));
    row("a first fragment is dropped in silence where packets are")
        .given(service(UDP, vip, silent()))
        .enters(UPLINK, question, Reason.DROP_NO_BACKEND, dropped());
  }

  private void fragmentHeadersOfIpv6() {
    Packet datagram = udp(client, vip);
    row("a fragment header without other fragments is nothing special (RFC 6946)")
        .given(service(UDP, vip, random(local(pod))))
        .enters(UPLINK, last(datagram, 0), Reason.OPENED_LOCAL, handedOn(last(datagram.to(pod), 0)))
        .enters(UPLINK, last(datagram, 48), Reason.PASS_FRAGMENT, untouched())
        .leaves(
            UPLINK, last(udp(pod, client), 0), Reason.REPLIED, handedOn(last(udp(vip, client), 0)));
    Packet withOptions = tcp(client, vip, SYN).carrying(TEXT).with(Trait.OPTIONS);
    row("options behind the fragment header belong to the headers that stand")
        .given(tcpOn(pod))
        .enters(
            UPLINK,
            first(withOptions, 32),
            Reason.OPENED_LOCAL,
            handedOn(first(withOptions.to(pod), 32)))
        .enters(UPLINK, last(withOptions, 24), Reason.PASS_FRAGMENT, untouched())
        .enters(
            UPLINK,
            last(withOptions, 32),
            Reason.FORWARDED,
            handedOn(last(withOptions.to(pod), 32)));
    row("a first fragment that ends within its extension headers passes")
        .given(tcpOn(pod))
        .enters(UPLINK, first(withOptions, 8), Reason.PASS_TRUNCATED, untouched());
  }
}
