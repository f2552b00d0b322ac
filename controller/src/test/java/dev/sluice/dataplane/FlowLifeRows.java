// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static dev.sluice.dataplane.PacketCase.dropped;
import static dev.sluice.dataplane.PacketCase.handedOn;
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
import static dev.sluice.dataplane.Plans.silent;
import static dev.sluice.model.Protocol.TCP;
import static dev.sluice.model.Protocol.UDP;
import static dev.sluice.packets.Packet.Flag.ACK;
import static dev.sluice.packets.Packet.Flag.FIN;
import static dev.sluice.packets.Packet.Flag.RST;
import static dev.sluice.packets.Packet.Flag.SYN;
import static dev.sluice.packets.Packet.tcp;
import static dev.sluice.packets.Packet.udp;

import dev.sluice.bpf.Reason;
import dev.sluice.compatibility.ShowsRules;
import dev.sluice.packets.End;
import dev.sluice.plan.ServicePlan;
import java.time.Duration;

/** What becomes of flows: ports that clash, ends of connections, changes of their Service. */
final class FlowLifeRows extends PacketRows {
  FlowLifeRows(Cast cast) {
    super(cast);
    sourcePorts();
    endsOfConnections();
    changes();
    datagramsWhoseBackendChanges();
  }

  private void sourcePorts() {
    End moved = new End(client.address(), nat.port());
    row("a client's port that is taken at the backend is replaced by one of the node's")
        .given(tcpOn(pod))
        .given(service(TCP, otherVip, random(local(pod))))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(client, pod, SYN)))
        .enters(
            UPLINK, tcp(client, otherVip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(moved, pod, SYN)))
        .leaves(
            UPLINK,
            tcp(pod, moved, SYN, ACK),
            Reason.REPLIED,
            handedOn(tcp(otherVip, client, SYN, ACK)))
        .leaves(
            UPLINK,
            tcp(pod, client, SYN, ACK),
            Reason.REPLIED,
            handedOn(tcp(vip, client, SYN, ACK)));
    row("a SYN straight to the backend is right, and our entry for that tuple is not")
        .given(tcpOn(pod))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(client, pod, SYN)))
        .enters(UPLINK, tcp(client, pod, SYN), Reason.PASS_NOT_SERVICE, untouched())
        .leaves(UPLINK, tcp(pod, client, SYN, ACK), Reason.PASS_NO_FLOW, untouched());
    row("our own translated SYN on the pod's device does not make us forget the flow")
        .given(tcpOn(pod))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(client, pod, SYN)))
        .enters(FABRIC, tcp(client, pod, SYN), Reason.PASS_NOT_SERVICE, untouched())
        .leaves(
            UPLINK,
            tcp(pod, client, SYN, ACK),
            Reason.REPLIED,
            handedOn(tcp(vip, client, SYN, ACK)));
    End newNat = new End(nat.address(), nat.port() + 1);
    row("a reply to a source port that the client has left is dropped")
        .given(tcpOn(remote))
        .enters(
            UPLINK,
            tcp(client, vip, SYN),
            Reason.OPENED_REMOTE,
            sentOn(FABRIC, tcp(nat, remote, SYN)))
        .when(
            "a flood of first packets evicts the client's half",
            node -> node.evict(client, vip, TCP))
        .when("another port is next", node -> node.natPorts(newNat.port(), newNat.port()))
        .enters(
            UPLINK,
            tcp(client, vip, SYN),
            Reason.OPENED_REMOTE,
            sentOn(FABRIC, tcp(newNat, remote, SYN)))
        .enters(FABRIC, tcp(remote, nat, SYN, ACK), Reason.DROP_STALE_REPLY, dropped())
        .enters(
            FABRIC,
            tcp(remote, newNat, SYN, ACK),
            Reason.REPLIED,
            sentOn(UPLINK, tcp(vip, client, SYN, ACK)));
    row("a half-open flow that has lost its reply entry is opened again")
        .given(tcpOn(remote))
        .enters(
            UPLINK,
            tcp(client, vip, SYN),
            Reason.OPENED_REMOTE,
            sentOn(FABRIC, tcp(nat, remote, SYN)))
        .when(
            "a flood of first packets evicts the backend's half",
            node -> node.evict(remote, nat, TCP))
        .enters(
            UPLINK,
            tcp(client, vip, SYN),
            Reason.OPENED_REMOTE,
            sentOn(FABRIC, tcp(nat, remote, SYN)));
  }

  private void endsOfConnections() {
    established(row("a SYN after both FINs starts another connection"))
        .enters(
            UPLINK,
            tcp(client, vip, FIN, ACK),
            Reason.FORWARDED,
            handedOn(tcp(client, pod, FIN, ACK)))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.FORWARDED, handedOn(tcp(client, pod, SYN)))
        .leaves(
            UPLINK,
            tcp(pod, client, FIN, ACK),
            Reason.REPLIED,
            handedOn(tcp(vip, client, FIN, ACK)))
        .enters(UPLINK, tcp(client, vip, ACK), Reason.FORWARDED, handedOn(tcp(client, pod, ACK)))
        .enters(
            UPLINK, tcp(client, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(client, pod, SYN)));
    established(row("a SYN after a reset starts another connection"))
        .leaves(UPLINK, tcp(pod, client, RST), Reason.REPLIED, handedOn(tcp(vip, client, RST)))
        .enters(
            UPLINK, tcp(client, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(client, pod, SYN)));
    row("a connection that is over for two seconds lends its source port when there is no other")
        .only(Delivery.TEST_RUN)
        .given(tcpOn(remote))
        .enters(
            UPLINK,
            tcp(client, vip, SYN),
            Reason.OPENED_REMOTE,
            sentOn(FABRIC, tcp(nat, remote, SYN)))
        .enters(
            FABRIC,
            tcp(remote, nat, RST, ACK),
            Reason.REPLIED,
            sentOn(UPLINK, tcp(vip, client, RST, ACK)))
        .enters(
            UPLINK,
            tcp(otherClient, vip, SYN),
            Reason.REJECT_NO_PORT,
            sentBack(tcp(vip, otherClient, RST, ACK).numbered(0, 1001, 0)))
        .when("time passes", node -> node.pause(Duration.ofMillis(2600)))
        .enters(
            UPLINK,
            tcp(otherClient, vip, SYN),
            Reason.OPENED_REMOTE,
            sentOn(FABRIC, tcp(nat, remote, SYN)));
  }

  @ShowsRules({148, 165, 166})
  private void changes() {
    established(row("a connection goes on when its backend is gone; its next SYN goes elsewhere"))
        .given(tcpOn(otherPod))
        .enters(UPLINK, tcp(client, vip, ACK), Reason.FORWARDED, handedOn(tcp(client, pod, ACK)))
        .leaves(UPLINK, tcp(pod, client, ACK), Reason.REPLIED, handedOn(tcp(vip, client, ACK)))
        .enters(
            UPLINK,
            tcp(client, vip, SYN),
            Reason.OPENED_LOCAL,
            handedOn(tcp(client, otherPod, SYN)));
    established(row("a connection goes on when its Service is gone, collections included"))
        .when("the Service is deleted", node -> node.remove(tcpOn(pod).name()))
        .when("dead flows are collected", NodeUnderTest::collect)
        .when("dead flows are collected", NodeUnderTest::collect)
        .enters(UPLINK, tcp(client, vip, ACK), Reason.FORWARDED, handedOn(tcp(client, pod, ACK)))
        .leaves(UPLINK, tcp(pod, client, ACK), Reason.REPLIED, handedOn(tcp(vip, client, ACK)))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.PASS_NOT_SERVICE, untouched());
  }

  private void datagramsWhoseBackendChanges() {
    row("UDP leaves a backend that is not serving any more at once")
        .given(service(UDP, vip, random(local(pod))))
        .enters(UPLINK, udp(client, vip), Reason.OPENED_LOCAL, handedOn(udp(client, pod)))
        .leaves(UPLINK, udp(pod, client), Reason.REPLIED, handedOn(udp(vip, client)))
        .given(service(UDP, vip, random(local(otherPod))))
        .enters(UPLINK, udp(client, vip), Reason.OPENED_LOCAL, handedOn(udp(client, otherPod)))
        .leaves(UPLINK, udp(otherPod, client), Reason.REPLIED, handedOn(udp(vip, client)));
    answered(row("UDP stays with a backend that is serving although no list has it"))
        .given(serving(udpOn(otherPod), local(pod), local(otherPod)))
        .enters(UPLINK, udp(client, vip), Reason.FORWARDED, handedOn(udp(client, pod)))
        .leaves(UPLINK, udp(pod, client), Reason.REPLIED, handedOn(udp(vip, client)))
        .enters(
            UPLINK,
            udp(otherClient, vip),
            Reason.OPENED_LOCAL,
            handedOn(udp(otherClient, otherPod)));
    answered(row("UDP stays with its backend when a policy leaves clients like this one none"))
        .given(serving(service(UDP, vip, silent()), local(pod)))
        .enters(UPLINK, udp(client, vip), Reason.FORWARDED, handedOn(udp(client, pod)))
        .enters(UPLINK, udp(otherClient, vip), Reason.DROP_NO_BACKEND, dropped());
    answered(row("UDP stays with its backend as long as no endpoint at all is serving"))
        .given(service(UDP, vip, silent()))
        .enters(UPLINK, udp(client, vip), Reason.FORWARDED, handedOn(udp(client, pod)))
        .enters(UPLINK, udp(otherClient, vip), Reason.DROP_NO_BACKEND, dropped())
        .given(udpOn(otherPod))
        .enters(UPLINK, udp(client, vip), Reason.OPENED_LOCAL, handedOn(udp(client, otherPod)));
    answered(row("UDP goes to nobody when its Service is gone"))
        .when("the Service is deleted", node -> node.remove(udpOn(pod).name()))
        .enters(UPLINK, udp(client, vip), Reason.PASS_NOT_SERVICE, untouched());
  }

  private PacketCase answered(PacketCase row) {
    return row.given(udpOn(pod))
        .enters(UPLINK, udp(client, vip), Reason.OPENED_LOCAL, handedOn(udp(client, pod)))
        .leaves(UPLINK, udp(pod, client), Reason.REPLIED, handedOn(udp(vip, client)));
  }

  private ServicePlan udpOn(End backend) {
    return service(UDP, vip, random(local(backend)));
  }
}
