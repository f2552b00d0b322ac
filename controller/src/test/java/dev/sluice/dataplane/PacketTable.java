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
import static dev.sluice.dataplane.Plans.maglev;
import static dev.sluice.dataplane.Plans.merged;
import static dev.sluice.dataplane.Plans.onlyFrom;
import static dev.sluice.dataplane.Plans.random;
import static dev.sluice.dataplane.Plans.randomHere;
import static dev.sluice.dataplane.Plans.rejecting;
import static dev.sluice.dataplane.Plans.remote;
import static dev.sluice.dataplane.Plans.service;
import static dev.sluice.dataplane.Plans.silent;
import static dev.sluice.dataplane.Plans.sticky;
import static dev.sluice.model.Protocol.SCTP;
import static dev.sluice.model.Protocol.TCP;
import static dev.sluice.model.Protocol.UDP;
import static dev.sluice.packets.Icmp.Kind.PACKET_TOO_BIG;
import static dev.sluice.packets.Icmp.Kind.PORT_UNREACHABLE;
import static dev.sluice.packets.Icmp.Kind.TIME_EXCEEDED;
import static dev.sluice.packets.Icmp.echoRequest;
import static dev.sluice.packets.Icmp.error;
import static dev.sluice.packets.Packet.Flag.ACK;
import static dev.sluice.packets.Packet.Flag.FIN;
import static dev.sluice.packets.Packet.Flag.RST;
import static dev.sluice.packets.Packet.Flag.SYN;
import static dev.sluice.packets.Packet.other;
import static dev.sluice.packets.Packet.sctp;
import static dev.sluice.packets.Packet.tcp;
import static dev.sluice.packets.Packet.udp;

import dev.sluice.bpf.Reason;
import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.packets.End;
import dev.sluice.packets.Icmp;
import dev.sluice.packets.Packet;
import dev.sluice.packets.Packet.Trait;
import dev.sluice.packets.Sent;
import dev.sluice.plan.Frontend;
import dev.sluice.plan.Route;
import dev.sluice.plan.ServicePlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The packet path, packet by packet, for one address family. Read it top down to learn what the
 * programs do: each row installs Services and then lets packets enter or leave by a device of the
 * node; each packet names the reason that is counted and what becomes of it.
 *
 * <pre>
 *   client --- UPLINK [ this node ] POD ---- pod, otherPod (backends of this node)
 *                     [           ] FABRIC - remotePod (backend of another node)
 * </pre>
 */
final class PacketTable {
  private final IpFamily family;
  private final End client;
  private final End otherClient;

  /** A client at another address. */
  private final End stranger;

  private final End vip;
  private final End otherVip;
  private final End nodePort;
  private final End pod;
  private final End otherPod;
  private final End remote;
  private final End lost;

  /** What a remote backend sees instead of the client. */
  private final End nat;

  /** It has something to say about packets on their way. */
  private final IpAddress router;

  /** The pod's own socket, when it calls a Service. */
  private final End podAsClient;

  private final List<PacketCase> cases = new ArrayList<>();

  private PacketTable(Cast cast) {
    family = cast.family();
    client = cast.clientEnd();
    otherClient = new End(cast.client(), client.port() + 1);
    stranger = new End(cast.otherPod(), client.port());
    vip = cast.frontend();
    otherVip = cast.otherFrontend();
    nodePort = new End(cast.node(), Cast.NODE_PORT);
    pod = cast.backend(cast.pod());
    otherPod = cast.backend(cast.otherPod());
    remote = cast.backend(cast.remotePod());
    lost = cast.backend(cast.lostPod());
    nat = cast.nat();
    router = cast.router();
    podAsClient = new End(cast.pod(), Cast.CLIENT_PORT);
  }

  static List<PacketCase> cases(IpFamily family) {
    PacketTable table = new PacketTable(Cast.of(family));
    table.whatIsNotOurs();
    table.whatIsDamaged();
    table.unusualHeaders();
    table.backendsOnThisNode();
    table.backendsOnOtherNodes();
    table.podsThatCallServices();
    table.sctpAssociations();
    table.packetsWithoutAFlow();
    table.refusals();
    table.sourceRanges();
    table.affinity();
    table.errorsAboutFlows();
    table.sourcePorts();
    table.endsOfConnections();
    table.changes();
    return table.cases;
  }

  private PacketCase row(String name) {
    PacketCase row = new PacketCase(name);
    cases.add(row);
    return row;
  }

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

  private void unusualHeaders() {
    row("fragments pass: their ports are not there, or not for all of the packet")
        .given(tcpOn(pod))
        .enters(
            UPLINK,
            tcp(client, vip, SYN).with(Trait.FIRST_FRAGMENT),
            Reason.PASS_FRAGMENT,
            untouched())
        .enters(
            UPLINK,
            tcp(client, vip, SYN).with(Trait.LATER_FRAGMENT),
            Reason.PASS_FRAGMENT,
            untouched());
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
        .enters(POD, tcp(pod, client, SYN, ACK), Reason.PASS_OTHER_HOOK, untouched());
    row("the last hop is the stack's to count for a backend on this node")
        .given(tcpOn(pod))
        .enters(
            UPLINK,
            tcp(client, vip, SYN).hops(1),
            Reason.OPENED_LOCAL,
            handedOn(tcp(client, pod, SYN).hops(1)));
  }

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
        .leaves(UPLINK, tcp(remote, nat, SYN, ACK), Reason.PASS_OTHER_HOOK, untouched());
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

  private void podsThatCallServices() {
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
    row("a pod that reaches itself by UDP")
        .given(service(UDP, vip, random(local(pod))))
        .enters(POD, udp(podAsClient, vip), Reason.OPENED_HAIRPIN, sentBack(udp(nat, pod)))
        .enters(POD, udp(pod, nat), Reason.REPLIED, sentBack(udp(vip, podAsClient)));
    row("pods and clients from outside may have different backends")
        .given(service(TCP, vip, random(local(pod)), random(local(otherPod)), Set.of()))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(client, pod, SYN)))
        .enters(
            POD,
            tcp(podAsClient, vip, SYN),
            Reason.OPENED_LOCAL,
            handedOn(tcp(podAsClient, otherPod, SYN)));
  }

  private void packetsWithoutAFlow() {
    row("only a SYN opens a flow where backends are spread at random")
        .given(tcpOn(pod))
        .enters(UPLINK, tcp(client, vip, ACK), Reason.PASS_NO_FLOW, untouched())
        .enters(UPLINK, tcp(client, vip, RST), Reason.PASS_NO_FLOW, untouched())
        .enters(UPLINK, tcp(client, vip, SYN, ACK), Reason.PASS_NO_FLOW, untouched());
    row("a backend's packet that is no reply passes")
        .given(tcpOn(pod))
        .leaves(UPLINK, tcp(pod, client, ACK), Reason.PASS_NO_FLOW, untouched())
        .enters(POD, tcp(pod, client, ACK), Reason.PASS_NO_FLOW, untouched());
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

  /** Our own answer to a packet, which quotes no more than its ports and a little. */
  private static Icmp unreachable(Packet refused) {
    return error(PORT_UNREACHABLE, refused.to().address(), refused).quotingTheLeast();
  }

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

  private void affinity() {
    ServicePlan one =
        sticky(
            merged(
                service(TCP, vip, random(local(pod))), service(TCP, nodePort, random(local(pod)))));
    Route both = random(local(pod), local(otherPod));
    ServicePlan two = sticky(merged(service(TCP, vip, both), service(TCP, nodePort, both)));

    PacketCase pinned = row("a client keeps its backend, whatever way in it takes");
    pinned
        .given(one)
        .enters(UPLINK, tcp(client, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(client, pod, SYN)))
        .given(two);
    // Without a pin, eight times the same backend would be a rare chance.
    for (int port = 1; port <= 4; port++) {
      End byAddress = new End(client.address(), port);
      End byNodePort = new End(client.address(), 100 + port);
      pinned
          .enters(
              UPLINK,
              tcp(byAddress, vip, SYN),
              Reason.OPENED_LOCAL,
              handedOn(tcp(byAddress, pod, SYN)))
          .enters(
              UPLINK,
              tcp(byNodePort, nodePort, SYN),
              Reason.OPENED_LOCAL,
              handedOn(tcp(byNodePort, pod, SYN)));
    }
    row("each Service has pins of its own")
        .given(sticky(tcpOn(pod)))
        .given(sticky(service(TCP, otherVip, random(local(otherPod)))))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(client, pod, SYN)))
        .enters(
            UPLINK,
            tcp(client, otherVip, SYN),
            Reason.OPENED_LOCAL,
            handedOn(tcp(client, otherPod, SYN)));
    row("a client whose backend is gone gets another")
        .given(sticky(tcpOn(pod)))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(client, pod, SYN)))
        .given(sticky(tcpOn(otherPod)))
        .enters(
            UPLINK,
            tcp(otherClient, vip, SYN),
            Reason.OPENED_LOCAL,
            handedOn(tcp(otherClient, otherPod, SYN)));
    Route cluster = random(local(pod), remote(remote));
    row("a client's backend does not count where only this node's backends may serve")
        .given(
            sticky(
                merged(
                    service(TCP, vip, random(remote(remote))),
                    service(TCP, nodePort, randomHere()))))
        .enters(
            UPLINK,
            tcp(client, vip, SYN),
            Reason.OPENED_REMOTE,
            sentOn(FABRIC, tcp(nat, remote, SYN)))
        .given(
            sticky(
                merged(service(TCP, vip, cluster), service(TCP, nodePort, randomHere(local(pod))))))
        .enters(
            UPLINK,
            tcp(client, nodePort, SYN),
            Reason.OPENED_LOCAL,
            handedOn(tcp(client, pod, SYN)));
  }

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
            Reason.PASS_NO_FLOW,
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
            Reason.PASS_OTHER_HOOK,
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
    row("UDP follows its Service at once")
        .given(service(UDP, vip, random(local(pod))))
        .enters(UPLINK, udp(client, vip), Reason.OPENED_LOCAL, handedOn(udp(client, pod)))
        .leaves(UPLINK, udp(pod, client), Reason.REPLIED, handedOn(udp(vip, client)))
        .given(service(UDP, vip, random(local(otherPod))))
        .enters(UPLINK, udp(client, vip), Reason.OPENED_LOCAL, handedOn(udp(client, otherPod)))
        .leaves(UPLINK, udp(otherPod, client), Reason.REPLIED, handedOn(udp(vip, client)));
  }

  private PacketCase established(PacketCase row) {
    return row.given(tcpOn(pod))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(client, pod, SYN)))
        .leaves(
            UPLINK,
            tcp(pod, client, SYN, ACK),
            Reason.REPLIED,
            handedOn(tcp(vip, client, SYN, ACK)));
  }

  /** The Service in most rows: TCP, to one backend. */
  private ServicePlan tcpOn(End backend) {
    boolean here = backend.equals(pod) || backend.equals(otherPod);
    return service(TCP, vip, random(here ? local(backend) : remote(backend)));
  }
}
