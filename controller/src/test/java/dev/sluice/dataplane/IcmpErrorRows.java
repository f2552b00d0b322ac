// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static dev.sluice.dataplane.PacketCase.dropped;
import static dev.sluice.dataplane.PacketCase.handedOn;
import static dev.sluice.dataplane.PacketCase.sentOn;
import static dev.sluice.dataplane.PacketCase.untouched;
import static dev.sluice.dataplane.Place.FABRIC;
import static dev.sluice.dataplane.Place.POD;
import static dev.sluice.dataplane.Place.UPLINK;
import static dev.sluice.dataplane.Plans.local;
import static dev.sluice.dataplane.Plans.random;
import static dev.sluice.dataplane.Plans.remote;
import static dev.sluice.dataplane.Plans.service;
import static dev.sluice.model.Protocol.UDP;
import static dev.sluice.packets.Icmp.Kind.PACKET_TOO_BIG;
import static dev.sluice.packets.Icmp.Kind.PORT_UNREACHABLE;
import static dev.sluice.packets.Icmp.Kind.TIME_EXCEEDED;
import static dev.sluice.packets.Icmp.echoRequest;
import static dev.sluice.packets.Icmp.error;
import static dev.sluice.packets.Packet.Flag.ACK;
import static dev.sluice.packets.Packet.Flag.SYN;
import static dev.sluice.packets.Packet.tcp;
import static dev.sluice.packets.Packet.udp;

import dev.sluice.bpf.Reason;
import dev.sluice.compatibility.ShowsRules;

/** ICMP errors about packets of a flow. */
final class IcmpErrorRows extends PacketRows {
  IcmpErrorRows(Cast cast) {
    super(cast);
    errorsAboutFlows();
  }

  @ShowsRules(71)
  private void errorsAboutFlows() {
    row("a router's error about a packet to the backend goes to the client, about its packet")
        .given(tcpOn(pod))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(client, pod, SYN)))
        .leaves(
            UPLINK,
            error(PACKET_TOO_BIG, router, tcp(client, pod, ACK)).quotingTheLeast(),
            Reason.ERROR_TRANSLATED,
            handedOn(error(PACKET_TOO_BIG, router, tcp(client, vip, ACK)).quotingTheLeast()))
        .leaves(
            UPLINK,
            error(TIME_EXCEEDED, router, tcp(client, pod, ACK).carrying("odd")),
            Reason.ERROR_TRANSLATED,
            handedOn(
                error(TIME_EXCEEDED, router, tcp(client, vip, ACK).carrying("odd"))
                    .quotingChecksumOf(tcp(client, pod, ACK).carrying("odd"))));
    row("the backend's own error comes from the Service's address")
        .given(service(UDP, vip, random(local(pod))))
        .enters(UPLINK, udp(client, vip), Reason.OPENED_LOCAL, handedOn(udp(client, pod)))
        .leaves(
            UPLINK,
            error(PORT_UNREACHABLE, pod.address(), udp(client, pod)),
            Reason.ERROR_TRANSLATED,
            handedOn(
                error(PORT_UNREACHABLE, vip.address(), udp(client, vip))
                    .quotingChecksumOf(udp(client, pod))));
    row("an error about a packet behind source NAT finds its client, round the stack")
        .given(tcpOn(remote))
        .enters(
            UPLINK,
            tcp(client, vip, SYN),
            Reason.OPENED_REMOTE,
            sentOn(FABRIC, tcp(nat, remote, SYN)))
        .enters(
            FABRIC,
            error(PACKET_TOO_BIG, router, tcp(nat, remote, ACK)),
            Reason.ERROR_TRANSLATED,
            sentOn(
                UPLINK,
                error(PACKET_TOO_BIG, router, tcp(client, vip, ACK))
                    .quotingChecksumOf(tcp(nat, remote, ACK))))
        .enters(
            FABRIC,
            error(PORT_UNREACHABLE, remote.address(), tcp(nat, remote, ACK)).quotingTheLeast(),
            Reason.ERROR_TRANSLATED,
            sentOn(
                UPLINK,
                error(PORT_UNREACHABLE, vip.address(), tcp(client, vip, ACK)).quotingTheLeast()))
        .enters(
            FABRIC,
            error(TIME_EXCEEDED, router, tcp(nat, remote, ACK)).hops(1),
            Reason.DROP_TTL,
            dropped());
    established(row("an error about a reply goes to the backend, about its packet"))
        .enters(
            UPLINK,
            error(PACKET_TOO_BIG, router, tcp(vip, client, ACK)),
            Reason.ERROR_TRANSLATED,
            handedOn(
                error(PACKET_TOO_BIG, router, tcp(pod, client, ACK))
                    .quotingChecksumOf(tcp(vip, client, ACK))))
        .enters(
            UPLINK,
            error(TIME_EXCEEDED, client.address(), tcp(vip, client, ACK)).quotingTheLeast(),
            Reason.ERROR_TRANSLATED,
            handedOn(
                error(TIME_EXCEEDED, client.address(), tcp(pod, client, ACK)).quotingTheLeast()));
    row("an error about a reply goes to another node's backend by source NAT")
        .given(service(UDP, vip, random(remote(remote))))
        .enters(UPLINK, udp(client, vip), Reason.OPENED_REMOTE, sentOn(FABRIC, udp(nat, remote)))
        .enters(
            UPLINK,
            error(PORT_UNREACHABLE, client.address(), udp(vip, client)),
            Reason.ERROR_TRANSLATED,
            sentOn(
                FABRIC,
                error(PORT_UNREACHABLE, nat.address(), udp(remote, nat))
                    .quotingChecksumOf(udp(vip, client))));
    row("an error about no flow passes")
        .given(tcpOn(pod))
        .enters(
            UPLINK,
            error(TIME_EXCEEDED, router, tcp(vip, client, ACK)),
            Reason.PASS_NO_FLOW,
            untouched())
        .leaves(
            UPLINK,
            error(TIME_EXCEEDED, router, tcp(client, pod, ACK)),
            Reason.PASS_NOT_SERVICE,
            untouched())
        .leaves(
            UPLINK,
            error(TIME_EXCEEDED, router, tcp(client, otherPod, ACK)),
            Reason.PASS_NOT_SERVICE,
            untouched());
    established(row("an error to somebody else than the sender of what it quotes passes"))
        .leaves(
            UPLINK,
            error(TIME_EXCEEDED, router, tcp(client, pod, ACK)).to(stranger.address()),
            Reason.PASS_NO_FLOW,
            untouched());
    established(
            row(
                "a pod's error is left alone where it enters: it is translated where the client is"))
        .enters(
            POD,
            error(TIME_EXCEEDED, pod.address(), tcp(client, pod, ACK)),
            Reason.PASS_NOT_SERVICE,
            untouched());
    established(row("a ping passes"))
        .enters(
            UPLINK, echoRequest(client.address(), vip.address()), Reason.PASS_PROTOCOL, untouched())
        .leaves(
            UPLINK,
            echoRequest(pod.address(), client.address()),
            Reason.PASS_PROTOCOL,
            untouched());
  }
}
