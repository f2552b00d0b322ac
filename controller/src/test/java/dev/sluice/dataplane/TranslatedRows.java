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
import static dev.sluice.dataplane.Plans.remote;
import static dev.sluice.dataplane.Plans.service;
import static dev.sluice.model.Protocol.SCTP;
import static dev.sluice.model.Protocol.TCP;
import static dev.sluice.model.Protocol.UDP;
import static dev.sluice.packets.Icmp.Kind.PACKET_TOO_BIG;
import static dev.sluice.packets.Icmp.error;
import static dev.sluice.packets.Packet.Flag.ACK;
import static dev.sluice.packets.Packet.Flag.SYN;
import static dev.sluice.packets.Packet.sctp;
import static dev.sluice.packets.Packet.tcp;
import static dev.sluice.packets.Packet.udp;

import dev.sluice.bpf.Reason;
import dev.sluice.compatibility.ShowsRules;
import dev.sluice.model.IpFamily;
import dev.sluice.packets.End;
import dev.sluice.packets.Packet.Trait;
import java.util.Set;

/** First and later packets to backends here and elsewhere, and their replies. */
final class TranslatedRows extends PacketRows {
  TranslatedRows(Cast cast) {
    super(cast);
    unusualHeaders();
    backendsOnThisNode();
    backendsOnOtherNodes();
    podsThatCallServices();
    sctpAssociations();
  }

  private void unusualHeaders() {
    row("options are stepped over, in both directions")
        .given(tcpOn(pod))
        .enters(
            UPLINK,
            tcp(client, vip, SYN).with(Trait.OPTIONS),
            Reason.OPENED_LOCAL,
            handedOn(tcp(client, pod, SYN).with(Trait.OPTIONS)))
        .leaves(
            UPLINK,
            tcp(pod, client, SYN, ACK).with(Trait.OPTIONS),
            Reason.REPLIED,
            handedOn(tcp(vip, client, SYN, ACK).with(Trait.OPTIONS)));
    row("options are stepped over on the way to another node")
        .given(service(UDP, vip, random(remote(remote))))
        .enters(
            UPLINK,
            udp(client, vip).with(Trait.OPTIONS),
            Reason.OPENED_REMOTE,
            sentOn(FABRIC, udp(nat, remote).with(Trait.OPTIONS)));
    if (family == IpFamily.IPV6) {
      row("a routing header passes: the checksum covers an address that is elsewhere")
          .given(tcpOn(pod))
          .enters(
              UPLINK,
              tcp(client, vip, SYN).with(Trait.ROUTING_HEADER),
              Reason.PASS_PROTOCOL,
              untouched());
    } else {
      row("a UDP checksum of 0 means none and stays so")
          .given(service(UDP, vip, random(local(pod))))
          .enters(
              UPLINK,
              udp(client, vip).with(Trait.NO_CHECKSUM),
              Reason.OPENED_LOCAL,
              handedOn(udp(client, pod).with(Trait.NO_CHECKSUM)))
          .leaves(
              UPLINK,
              udp(pod, client).with(Trait.NO_CHECKSUM),
              Reason.REPLIED,
              handedOn(udp(vip, client).with(Trait.NO_CHECKSUM)));
    }
  }

  @ShowsRules({121, 140})
  private void backendsOnThisNode() {
    row("a TCP connection to a pod of this node: the pod sees the client's address")
        .given(tcpOn(pod))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(client, pod, SYN)))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.FORWARDED, handedOn(tcp(client, pod, SYN)))
        .leaves(
            UPLINK,
            tcp(pod, client, SYN, ACK),
            Reason.REPLIED,
            handedOn(tcp(vip, client, SYN, ACK)))
        .enters(
            UPLINK,
            tcp(client, vip, ACK).carrying("odd"),
            Reason.FORWARDED,
            handedOn(tcp(client, pod, ACK).carrying("odd")))
        .leaves(
            UPLINK,
            tcp(pod, client, ACK).carrying("answer"),
            Reason.REPLIED,
            handedOn(tcp(vip, client, ACK).carrying("answer")));
    row("UDP to a pod of this node")
        .given(service(UDP, vip, random(local(pod))))
        .enters(UPLINK, udp(client, vip), Reason.OPENED_LOCAL, handedOn(udp(client, pod)))
        .enters(UPLINK, udp(client, vip), Reason.FORWARDED, handedOn(udp(client, pod)))
        .leaves(
            UPLINK,
            udp(pod, client).carrying("odd"),
            Reason.REPLIED,
            handedOn(udp(vip, client).carrying("odd")))
        .enters(
            UPLINK,
            udp(client, vip).carrying(""),
            Reason.FORWARDED,
            handedOn(udp(client, pod).carrying("")));
    row("the pod's reply is left alone where it enters: it is translated where the client is")
        .given(tcpOn(pod))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(client, pod, SYN)))
        .enters(POD, tcp(pod, client, SYN, ACK), Reason.PASS_NOT_SERVICE, untouched());
    row("the last hop is the stack's to count for a backend on this node")
        .given(tcpOn(pod))
        .enters(
            UPLINK,
            tcp(client, vip, SYN).hops(1),
            Reason.OPENED_LOCAL,
            handedOn(tcp(client, pod, SYN).hops(1)));
  }

  @ShowsRules({128, 129, 135, 140})
  private void backendsOnOtherNodes() {
    row("a TCP connection to another node's pod: source NAT, and round the stack")
        .given(tcpOn(remote))
        .enters(
            UPLINK,
            tcp(client, vip, SYN),
            Reason.OPENED_REMOTE,
            sentOn(FABRIC, tcp(nat, remote, SYN)))
        .enters(
            FABRIC,
            tcp(remote, nat, SYN, ACK),
            Reason.REPLIED,
            sentOn(UPLINK, tcp(vip, client, SYN, ACK)))
        .enters(
            UPLINK,
            tcp(client, vip, ACK).carrying("odd"),
            Reason.FORWARDED,
            sentOn(FABRIC, tcp(nat, remote, ACK).carrying("odd")))
        .enters(
            FABRIC,
            tcp(remote, nat, ACK).carrying("answer"),
            Reason.REPLIED,
            sentOn(UPLINK, tcp(vip, client, ACK).carrying("answer")));
    row("UDP to another node's pod")
        .given(service(UDP, vip, random(remote(remote))))
        .enters(UPLINK, udp(client, vip), Reason.OPENED_REMOTE, sentOn(FABRIC, udp(nat, remote)))
        .enters(
            FABRIC,
            udp(remote, nat).carrying("odd"),
            Reason.REPLIED,
            sentOn(UPLINK, udp(vip, client).carrying("odd")))
        .enters(UPLINK, udp(client, vip), Reason.FORWARDED, sentOn(FABRIC, udp(nat, remote)));
    row("a reply behind source NAT is left alone where it leaves")
        .given(tcpOn(remote))
        .enters(
            UPLINK,
            tcp(client, vip, SYN),
            Reason.OPENED_REMOTE,
            sentOn(FABRIC, tcp(nat, remote, SYN)))
        .leaves(UPLINK, tcp(remote, nat, SYN, ACK), Reason.PASS_NOT_SERVICE, untouched());
    row("the address of the outgoing device goes before the node's")
        .given(tcpOn(remote))
        .when(
            "the fabric has an address of its own",
            node -> node.sourceAddress(FABRIC, otherVip.address()))
        .enters(
            UPLINK,
            tcp(client, vip, SYN),
            Reason.OPENED_REMOTE,
            sentOn(FABRIC, tcp(new End(otherVip.address(), nat.port()), remote, SYN)));
    row("without a route there is silence")
        .given(tcpOn(lost))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.DROP_NO_ROUTE, dropped());
    row("a packet on its last hop is not sent on")
        .given(tcpOn(remote))
        .enters(UPLINK, tcp(client, vip, SYN).hops(1), Reason.DROP_TTL, dropped())
        .enters(
            UPLINK,
            tcp(client, vip, SYN).hops(2),
            Reason.FORWARDED,
            sentOn(FABRIC, tcp(nat, remote, SYN).hops(2)));
  }

  @ShowsRules({73, 127})
  private void podsThatCallServices() {
    End podOtherPort = new End(podAsClient.address(), nat.port());
    row("a pod keeps its address, wherever the backend is")
        .given(tcpOn(remote))
        .enters(
            POD,
            tcp(podAsClient, vip, SYN),
            Reason.OPENED_LOCAL,
            handedOn(tcp(podAsClient, remote, SYN)))
        .leaves(
            POD,
            tcp(remote, podAsClient, SYN, ACK),
            Reason.REPLIED,
            handedOn(tcp(vip, podAsClient, SYN, ACK)));
    row("a pod that reaches itself: both sides are translated at its device, and back it goes")
        .given(tcpOn(pod))
        .enters(
            POD, tcp(podAsClient, vip, SYN), Reason.OPENED_HAIRPIN, sentBack(tcp(nat, pod, SYN)))
        .enters(
            POD, tcp(pod, nat, SYN, ACK), Reason.REPLIED, sentBack(tcp(vip, podAsClient, SYN, ACK)))
        .enters(
            POD,
            tcp(podAsClient, vip, ACK).carrying("odd"),
            Reason.FORWARDED,
            sentBack(tcp(nat, pod, ACK).carrying("odd")));
    row("a backend whose replies are translated at both hooks: either leaves the other's alone")
        .given(tcpOn(pod))
        .enters(
            POD, tcp(podAsClient, vip, SYN), Reason.OPENED_HAIRPIN, sentBack(tcp(nat, pod, SYN)))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(client, pod, SYN)))
        .enters(POD, tcp(pod, client, SYN, ACK), Reason.PASS_OTHER_HOOK, untouched())
        .leaves(UPLINK, tcp(pod, nat, SYN, ACK), Reason.PASS_OTHER_HOOK, untouched())
        .leaves(
            UPLINK,
            tcp(pod, client, SYN, ACK),
            Reason.REPLIED,
            handedOn(tcp(vip, client, SYN, ACK)));
    row("a pod that reaches itself by UDP")
        .given(service(UDP, vip, random(local(pod))))
        .enters(POD, udp(podAsClient, vip), Reason.OPENED_HAIRPIN, sentBack(udp(nat, pod)))
        .enters(POD, udp(pod, nat), Reason.REPLIED, sentBack(udp(vip, podAsClient)));
    row("a flow that shares its port with what the socket sends to backends takes another")
        .given(service(UDP, vip, random(remote(remote))))
        .given(service(UDP, otherVip, random(remote(remote))))
        .when("a socket shares its port", node -> node.sharePort(vip, podAsClient.port()))
        .enters(
            POD, udp(podAsClient, vip), Reason.OPENED_LOCAL, handedOn(udp(podOtherPort, remote)))
        .leaves(POD, udp(remote, podAsClient), Reason.PASS_NO_FLOW, untouched())
        .leaves(POD, udp(remote, podOtherPort), Reason.REPLIED, handedOn(udp(vip, podAsClient)))
        .enters(POD, udp(podAsClient, vip), Reason.FORWARDED, handedOn(udp(podOtherPort, remote)))
        .enters(
            POD,
            udp(podAsClient, otherVip),
            Reason.OPENED_LOCAL,
            handedOn(udp(podAsClient, remote)));
    row("pods and clients from outside may have different backends")
        .given(service(TCP, vip, random(local(pod)), random(local(otherPod)), Set.of()))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(client, pod, SYN)))
        .enters(
            POD,
            tcp(podAsClient, vip, SYN),
            Reason.OPENED_LOCAL,
            handedOn(tcp(podAsClient, otherPod, SYN)));
  }

  @ShowsRules(65)
  private void sctpAssociations() {
    int init = 1;
    int initAck = 2;
    int abort = 6;
    End here = new End(pod.address(), vip.port());
    End there = new End(remote.address(), vip.port());
    End hidden = new End(nat.address(), client.port());
    row("SCTP to a pod here: addresses change, ports and the checksum over them do not")
        .given(service(SCTP, vip, random(local(here))))
        .enters(
            UPLINK,
            sctp(client, vip, init),
            Reason.OPENED_LOCAL,
            handedOn(sctp(client, here, init)))
        .leaves(
            UPLINK,
            sctp(here, client, initAck),
            Reason.REPLIED,
            handedOn(sctp(vip, client, initAck)))
        .leaves(
            UPLINK,
            error(PACKET_TOO_BIG, router, sctp(client, here, 0)).quotingTheLeast(),
            Reason.ERROR_TRANSLATED,
            handedOn(error(PACKET_TOO_BIG, router, sctp(client, vip, 0)).quotingTheLeast()))
        .enters(
            UPLINK,
            sctp(client, vip, abort),
            Reason.FORWARDED,
            handedOn(sctp(client, here, abort)));
    row("SCTP to another node's pod: source NAT with the client's own port")
        .given(service(SCTP, vip, random(remote(there))))
        .enters(
            UPLINK,
            sctp(client, vip, init),
            Reason.OPENED_REMOTE,
            sentOn(FABRIC, sctp(hidden, there, init)))
        .enters(
            FABRIC,
            sctp(there, hidden, initAck),
            Reason.REPLIED,
            sentOn(UPLINK, sctp(vip, client, initAck)));
    row("SCTP in mid-association opens nothing")
        .given(service(SCTP, vip, random(local(here))))
        .enters(UPLINK, sctp(client, vip, 0), Reason.PASS_NO_FLOW, untouched());
    row("SCTP to a port that is not the backend's is not served")
        .given(service(SCTP, vip, random(local(pod))))
        .enters(UPLINK, sctp(client, vip, init), Reason.PASS_NOT_SERVICE, untouched());
  }
}
