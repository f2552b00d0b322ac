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
import static dev.sluice.dataplane.Plans.closed;
import static dev.sluice.dataplane.Plans.local;
import static dev.sluice.dataplane.Plans.onlyFrom;
import static dev.sluice.dataplane.Plans.random;
import static dev.sluice.dataplane.Plans.rejecting;
import static dev.sluice.dataplane.Plans.remote;
import static dev.sluice.dataplane.Plans.service;
import static dev.sluice.dataplane.Plans.silent;
import static dev.sluice.model.Protocol.TCP;
import static dev.sluice.model.Protocol.UDP;
import static dev.sluice.packets.Packet.Flag.ACK;
import static dev.sluice.packets.Packet.Flag.RST;
import static dev.sluice.packets.Packet.Flag.SYN;
import static dev.sluice.packets.Packet.tcp;
import static dev.sluice.packets.Packet.udp;

import dev.sluice.bpf.Reason;
import dev.sluice.compatibility.ShowsRules;
import dev.sluice.model.Cidr;
import dev.sluice.packets.End;
import dev.sluice.packets.Packet;
import dev.sluice.packets.Packet.Trait;
import dev.sluice.plan.Frontend;
import dev.sluice.plan.ServicePlan;
import java.util.Set;

/** Who is refused, and how: told, or met with silence. */
final class RefusalRows extends PacketRows {
  RefusalRows(Cast cast) {
    super(cast);
    refusals();
    sourceRanges();
  }

  @ShowsRules({69, 70, 147, 149})
  private void refusals() {
    // RFC 9293, 3.10.7.1: sequence 0, and what the SYN sent is acknowledged.
    Packet reset = tcp(vip, client, RST, ACK).numbered(0, 1001, 0);

    row("without a backend a SYN is answered by a reset")
        .given(service(TCP, vip, rejecting()))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.REJECT_NO_BACKEND, sentBack(reset))
        .enters(
            UPLINK,
            tcp(client, vip, SYN).carrying("early data"),
            Reason.REJECT_NO_BACKEND,
            sentBack(reset));
    row("without a backend, a SYN with IP options gets no answer")
        .given(service(TCP, vip, rejecting()))
        .enters(
            UPLINK, tcp(client, vip, SYN).with(Trait.OPTIONS), Reason.REJECT_NO_BACKEND, dropped());
    row("without a backend UDP is answered by an ICMP error, from the address that was called")
        .given(service(UDP, vip, rejecting()))
        .enters(
            UPLINK,
            udp(client, vip),
            Reason.REJECT_NO_BACKEND,
            sentBack(unreachable(udp(client, vip))))
        .enters(
            UPLINK,
            udp(client, vip).carrying(""),
            Reason.REJECT_NO_BACKEND,
            sentBack(unreachable(udp(client, vip).carrying(""))))
        .enters(
            POD,
            udp(podAsClient, vip).carrying("x".repeat(1400)).hops(1),
            Reason.REJECT_NO_BACKEND,
            sentBack(unreachable(udp(podAsClient, vip).carrying("x".repeat(1400)).hops(1))));
    row("without a backend, UDP with IP options gets no answer")
        .given(service(UDP, vip, rejecting()))
        .enters(UPLINK, udp(client, vip).with(Trait.OPTIONS), Reason.REJECT_NO_BACKEND, dropped());
    End otherPort = new End(vip.address(), 81);
    row("on a closed address every other port is refused")
        .given(closed(service(TCP, vip, random(local(pod)))))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(client, pod, SYN)))
        .enters(
            UPLINK,
            tcp(client, otherPort, SYN),
            Reason.REJECT_NO_BACKEND,
            sentBack(tcp(otherPort, client, RST, ACK).numbered(0, 1001, 0)))
        .enters(UPLINK, tcp(client, otherPort, ACK), Reason.PASS_NO_FLOW, untouched());
    End unallocated = Cast.of(family).unallocated();
    row("what opens a connection to an address that no Service has is dropped")
        .enters(UPLINK, tcp(client, unallocated, SYN), Reason.DROP_UNALLOCATED, dropped())
        .enters(POD, udp(podAsClient, unallocated), Reason.DROP_UNALLOCATED, dropped())
        .enters(UPLINK, tcp(client, unallocated, ACK), Reason.PASS_NOT_SERVICE, untouched());
    row("without a backend here, a policy that keeps to this node is silent")
        .given(service(TCP, vip, silent()))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.DROP_NO_BACKEND, dropped());
    row("silence and refusal may differ for pods")
        .given(service(TCP, vip, silent(), rejecting(), Set.of()))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.DROP_NO_BACKEND, dropped())
        .enters(
            POD,
            tcp(podAsClient, vip, SYN),
            Reason.REJECT_NO_BACKEND,
            sentBack(tcp(vip, podAsClient, RST, ACK).numbered(0, 1001, 0)));
    row("without a source port that is free, the second connection is refused")
        .given(tcpOn(remote))
        .enters(
            UPLINK,
            tcp(client, vip, SYN),
            Reason.OPENED_REMOTE,
            sentOn(FABRIC, tcp(nat, remote, SYN)))
        .enters(
            UPLINK,
            tcp(otherClient, vip, SYN),
            Reason.REJECT_NO_PORT,
            sentBack(tcp(vip, otherClient, RST, ACK).numbered(0, 1001, 0)))
        .enters(
            FABRIC,
            tcp(remote, nat, SYN, ACK),
            Reason.REPLIED,
            sentOn(UPLINK, tcp(vip, client, SYN, ACK)));

    PacketCase full = row("a full flow table refuses flows with source NAT, not others");
    full.given(tcpOn(pod)).given(service(TCP, otherVip, random(remote(remote))));
    for (int port = 1; port <= NodeUnderTest.CONNECTIONS + 1; port++) {
      End end = new End(client.address(), port);
      full.enters(UPLINK, tcp(end, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(end, pod, SYN)))
          .leaves(
              UPLINK, tcp(pod, end, SYN, ACK), Reason.REPLIED, handedOn(tcp(vip, end, SYN, ACK)));
    }
    End last = new End(client.address(), NodeUnderTest.CONNECTIONS + 1);
    full.enters(UPLINK, tcp(last, vip, ACK), Reason.FORWARDED, handedOn(tcp(last, pod, ACK)))
        .enters(
            UPLINK,
            tcp(client, otherVip, SYN),
            Reason.REJECT_FULL,
            sentBack(tcp(otherVip, client, RST, ACK).numbered(0, 1001, 0)));
  }

  @ShowsRules({101, 105})
  private void sourceRanges() {
    ServicePlan choosy = onlyFrom(tcpOn(pod), Cidr.ofSingle(client.address()));
    row("only sources that the Service admits may open connections")
        .given(choosy)
        .enters(UPLINK, tcp(client, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(client, pod, SYN)))
        .enters(UPLINK, tcp(stranger, vip, SYN), Reason.DROP_SOURCE, dropped())
        .enters(POD, tcp(podAsClient, vip, SYN), Reason.DROP_SOURCE, dropped());
    row("a Service admits whole networks, and not those of another Service")
        .given(onlyFrom(tcpOn(pod), new Cidr(client.address(), 16)))
        .given(
            onlyFrom(service(TCP, otherVip, random(local(pod))), Cidr.ofSingle(stranger.address())))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(client, pod, SYN)))
        .enters(UPLINK, tcp(client, otherVip, SYN), Reason.DROP_SOURCE, dropped())
        .enters(
            UPLINK,
            tcp(stranger, otherVip, SYN),
            Reason.OPENED_LOCAL,
            handedOn(tcp(stranger, pod, SYN)));
    established(row("a connection goes on when its source is shut out; its next one is dropped"))
        .given(onlyFrom(tcpOn(pod), Cidr.ofSingle(stranger.address())))
        .enters(UPLINK, tcp(client, vip, ACK), Reason.FORWARDED, handedOn(tcp(client, pod, ACK)))
        .leaves(UPLINK, tcp(pod, client, ACK), Reason.REPLIED, handedOn(tcp(vip, client, ACK)))
        .enters(UPLINK, tcp(otherClient, vip, SYN), Reason.DROP_SOURCE, dropped());
    row("where the detector tells who is a pod, its networks count and the device does not")
        .given(
            service(
                TCP,
                vip,
                random(local(pod)),
                random(local(otherPod)),
                Set.of(Frontend.Flag.SOURCE_MATTERS)))
        .when(
            "a client is in a pod network",
            node -> node.podNetworks(Cidr.ofSingle(client.address())))
        .enters(
            UPLINK,
            tcp(client, vip, SYN),
            Reason.OPENED_LOCAL,
            handedOn(tcp(client, otherPod, SYN)))
        .enters(
            POD, tcp(stranger, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(stranger, pod, SYN)));
  }
}
