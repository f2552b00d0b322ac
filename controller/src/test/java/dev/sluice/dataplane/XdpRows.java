// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static dev.sluice.dataplane.PacketCase.sentBack;
import static dev.sluice.dataplane.PacketCase.sentOn;
import static dev.sluice.dataplane.PacketCase.untouched;
import static dev.sluice.dataplane.Place.FABRIC;
import static dev.sluice.dataplane.Place.UPLINK;
import static dev.sluice.dataplane.Plans.local;
import static dev.sluice.dataplane.Plans.random;
import static dev.sluice.dataplane.Plans.remote;
import static dev.sluice.dataplane.Plans.service;
import static dev.sluice.dataplane.Plans.serving;
import static dev.sluice.model.Protocol.UDP;
import static dev.sluice.packets.Fragment.first;
import static dev.sluice.packets.Icmp.Kind.PACKET_TOO_BIG;
import static dev.sluice.packets.Icmp.error;
import static dev.sluice.packets.Packet.Flag.ACK;
import static dev.sluice.packets.Packet.Flag.FIN;
import static dev.sluice.packets.Packet.Flag.SYN;
import static dev.sluice.packets.Packet.tcp;
import static dev.sluice.packets.Packet.udp;

import dev.sluice.bpf.Reason;
import dev.sluice.model.IpFamily;
import dev.sluice.packets.End;
import dev.sluice.packets.Fragment;
import dev.sluice.packets.Packet;
import dev.sluice.packets.Packet.Trait;
import dev.sluice.packets.Sent;
import dev.sluice.packets.VethPlug;
import dev.sluice.plan.ServicePlan;

/** What the XDP program sends on by itself, and what it leaves to tc. */
final class XdpRows extends PacketRows {
  /** With its headers longer than 1,400 bytes. */
  private static final String LONG = "x".repeat(1400);

  private final String ip;

  XdpRows(Cast cast) {
    super(cast);
    ip = family == IpFamily.IPV4 ? "ip -4 " : "ip -6 ";
    established();
    datagrams();
    leftToTc();
    nextHops();
    tooBig();
  }

  private void established() {
    opened("XDP sends on what belongs to an established flow to another node's pod")
        .meetsXdp(
            UPLINK,
            tcp(client, vip, ACK).carrying("odd"),
            Reason.FORWARDED,
            sentOn(FABRIC, tcp(nat, remote, ACK).carrying("odd")))
        .meetsXdp(
            FABRIC, tcp(remote, nat, ACK), Reason.REPLIED, sentOn(UPLINK, tcp(vip, client, ACK)))
        .meetsXdp(
            UPLINK,
            tcp(client, vip, FIN, ACK),
            Reason.FORWARDED,
            sentOn(FABRIC, tcp(nat, remote, FIN, ACK)))
        .meetsXdp(
            FABRIC,
            tcp(remote, nat, FIN, ACK),
            Reason.REPLIED,
            sentOn(UPLINK, tcp(vip, client, FIN, ACK)))
        .enters(
            UPLINK, tcp(client, vip, ACK), Reason.FORWARDED, sentOn(FABRIC, tcp(nat, remote, ACK)));
    Packet older = tcp(nat, remote, ACK).hops(63);
    opened("XDP sends back what leaves by the device it came by")
        .meetsXdp(FABRIC, tcp(client, vip, ACK), Reason.FORWARDED, sentBack(older));
  }

  private void datagrams() {
    ServicePlan plan = service(UDP, vip, random(remote(remote)));
    row("XDP sends on datagrams once both sides have spoken, as long as the backend stays")
        .given(plan)
        .enters(UPLINK, udp(client, vip), Reason.OPENED_REMOTE, sentOn(FABRIC, udp(nat, remote)))
        .meetsXdp(UPLINK, udp(client, vip), Reason.PASS_LEFT_TO_TC, untouched())
        .enters(FABRIC, udp(remote, nat), Reason.REPLIED, sentOn(UPLINK, udp(vip, client)))
        .meetsXdp(UPLINK, udp(client, vip), Reason.FORWARDED, sentOn(FABRIC, udp(nat, remote)))
        .meetsXdp(FABRIC, udp(remote, nat), Reason.REPLIED, sentOn(UPLINK, udp(vip, client)))
        .given(serving(service(UDP, vip, random(local(pod))), local(pod)))
        .meetsXdp(UPLINK, udp(client, vip), Reason.PASS_LEFT_TO_TC, untouched());
    if (family == IpFamily.IPV4) {
      row("XDP leaves a datagram without checksum without one")
          .given(plan)
          .enters(UPLINK, udp(client, vip), Reason.OPENED_REMOTE, sentOn(FABRIC, udp(nat, remote)))
          .enters(FABRIC, udp(remote, nat), Reason.REPLIED, sentOn(UPLINK, udp(vip, client)))
          .meetsXdp(
              UPLINK,
              udp(client, vip).with(Trait.NO_CHECKSUM),
              Reason.FORWARDED,
              sentOn(FABRIC, udp(nat, remote).with(Trait.NO_CHECKSUM)));
    }
  }

  private void leftToTc() {
    End elsewhere = new End(vip.address(), vip.port() + 1);
    Packet datagram = udp(client, vip).carrying("a".repeat(64));
    opened("XDP leaves to tc what opens a flow or is about to end by its hop limit")
        .meetsXdp(UPLINK, tcp(client, vip, SYN), Reason.PASS_LEFT_TO_TC, untouched())
        .meetsXdp(UPLINK, tcp(otherClient, vip, ACK), Reason.PASS_LEFT_TO_TC, untouched())
        .meetsXdp(UPLINK, tcp(client, vip, ACK).hops(1), Reason.PASS_LEFT_TO_TC, untouched());
    opened("XDP leaves to tc what is no plain TCP or UDP packet")
        .meetsXdp(
            UPLINK, tcp(client, vip, ACK).with(Trait.OPTIONS), Reason.PASS_PROTOCOL, untouched())
        .meetsXdp(
            FABRIC,
            error(PACKET_TOO_BIG, router, tcp(nat, remote, ACK)).quotingTheLeast(),
            Reason.PASS_PROTOCOL,
            untouched())
        .meetsXdp(UPLINK, first(datagram, 48), Reason.PASS_FRAGMENT, untouched())
        .meetsXdp(
            UPLINK,
            Sent.of(tcp(client, vip, ACK)).cut(family == IpFamily.IPV4 ? 12 : 30),
            Reason.PASS_TRUNCATED,
            untouched())
        .meetsXdp(UPLINK, Sent.arp(), Reason.PASS_NOT_IP, untouched());
    opened("XDP turns away at once what is no Service's")
        .meetsXdp(UPLINK, tcp(client, elsewhere, ACK), Reason.PASS_NOT_SERVICE, untouched());
    established(row("XDP leaves flows to pods of this node to tc"))
        .meetsXdp(UPLINK, tcp(client, vip, ACK), Reason.PASS_LEFT_TO_TC, untouched());
  }

  private void nextHops() {
    opened("XDP leaves to tc what goes to a device that XDP cannot send by")
        .when("the fabric has no XDP", node -> node.xdpOn(UPLINK))
        .meetsXdp(UPLINK, tcp(client, vip, ACK), Reason.PASS_LEFT_TO_TC, untouched())
        .meetsXdp(UPLINK, tcp(client, vip, ACK), Reason.PASS_LEFT_TO_TC, untouched());
    String neighbour = router + " dev fabric";
    String known = " lladdr " + VethPlug.NEIGHBOUR + " nud permanent";
    opened("XDP leaves to tc what has no neighbour, until it has one")
        .meetsXdp(
            UPLINK, tcp(client, vip, ACK), Reason.FORWARDED, sentOn(FABRIC, tcp(nat, remote, ACK)))
        .when("it goes", node -> node.run(ip + "neighbour del " + neighbour))
        .meetsXdp(UPLINK, tcp(client, vip, ACK), Reason.PASS_LEFT_TO_TC, untouched())
        .when("it comes", node -> node.run(ip + "neighbour replace " + neighbour + known))
        .meetsXdp(
            UPLINK, tcp(client, vip, ACK), Reason.FORWARDED, sentOn(FABRIC, tcp(nat, remote, ACK)));
  }

  private void tooBig() {
    String route = "route replace " + remote.address() + " via " + router;
    Packet large = tcp(client, vip, ACK).carrying(LONG);
    opened("a packet larger than the route's MTU is left to tc, which tells its sender")
        .when("the route narrows", node -> node.run(ip + route + " mtu lock 1400"))
        .meetsXdp(
            UPLINK, tcp(client, vip, ACK), Reason.FORWARDED, sentOn(FABRIC, tcp(nat, remote, ACK)))
        .meetsXdp(UPLINK, large, Reason.PASS_LEFT_TO_TC, untouched())
        .enters(
            UPLINK,
            large,
            Reason.REJECT_TOO_BIG,
            sentBack(error(PACKET_TOO_BIG, vip.address(), large).quotingTheHeaders()))
        .when("it widens", node -> node.run(ip + route))
        .meetsXdp(
            UPLINK, large, Reason.FORWARDED, sentOn(FABRIC, tcp(nat, remote, ACK).carrying(LONG)));
    Packet first = udp(client, vip).carrying(LONG);
    row("a first packet larger than the route's MTU opens no flow")
        .given(service(UDP, vip, random(remote(remote))))
        .when("the route narrows", node -> node.run(ip + route + " mtu lock 1400"))
        .enters(
            UPLINK,
            first,
            Reason.REJECT_TOO_BIG,
            sentBack(error(PACKET_TOO_BIG, vip.address(), first).quotingTheHeaders()))
        .enters(FABRIC, udp(remote, nat), Reason.PASS_NOT_SERVICE, untouched())
        .when("it widens", node -> node.run(ip + route));
    Fragment piece = Fragment.first(first, 1400);
    row("the sender of a fragment larger than the route's MTU is told by its ports")
        .given(service(UDP, vip, random(remote(remote))))
        .when("the route narrows", node -> node.run(ip + route + " mtu lock 1400"))
        .enters(
            UPLINK,
            piece,
            Reason.REJECT_TOO_BIG,
            sentBack(error(PACKET_TOO_BIG, vip.address(), piece).quotingTheHeaders()))
        .when("it widens", node -> node.run(ip + route));
    if (family == IpFamily.IPV4) {
      row("a packet that may be fragmented may be too long for a tunnel")
          .given(service(UDP, vip, random(remote(remote))))
          .when("the route narrows", node -> node.run(ip + route + " mtu lock 1400"))
          .when("it leads into a tunnel", node -> node.encapsulates(FABRIC))
          .enters(
              UPLINK, first, Reason.OPENED_REMOTE, sentOn(FABRIC, udp(nat, remote).carrying(LONG)))
          .when("it widens", node -> node.run(ip + route));
    }
  }
}
