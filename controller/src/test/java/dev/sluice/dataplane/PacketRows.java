// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static dev.sluice.dataplane.PacketCase.handedOn;
import static dev.sluice.dataplane.PacketCase.sentOn;
import static dev.sluice.dataplane.Place.FABRIC;
import static dev.sluice.dataplane.Place.UPLINK;
import static dev.sluice.dataplane.Plans.local;
import static dev.sluice.dataplane.Plans.random;
import static dev.sluice.dataplane.Plans.remote;
import static dev.sluice.dataplane.Plans.service;
import static dev.sluice.model.Protocol.TCP;
import static dev.sluice.packets.Icmp.Kind.PORT_UNREACHABLE;
import static dev.sluice.packets.Icmp.error;
import static dev.sluice.packets.Packet.Flag.ACK;
import static dev.sluice.packets.Packet.Flag.SYN;
import static dev.sluice.packets.Packet.tcp;

import dev.sluice.bpf.Reason;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.packets.End;
import dev.sluice.packets.Icmp;
import dev.sluice.packets.IpPacket;
import dev.sluice.packets.Packet;
import dev.sluice.plan.ServicePlan;
import java.util.ArrayList;
import java.util.List;

/** Rows of the {@link PacketTable} about one topic, and the parts they are made of. */
abstract class PacketRows {
  final IpFamily family;
  final End client;
  final End otherClient;

  /** A client at another address. */
  final End stranger;

  final End vip;
  final End otherVip;
  final End nodePort;
  final End pod;
  final End otherPod;
  final End remote;
  final End lost;

  /** What a remote backend sees instead of the client. */
  final End nat;

  /** It has something to say about packets on their way. */
  final IpAddress router;

  /** The pod's own socket, when it calls a Service. */
  final End podAsClient;

  private final List<PacketCase> cases = new ArrayList<>();

  PacketRows(Cast cast) {
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

  final List<PacketCase> cases() {
    return cases;
  }

  PacketCase row(String name) {
    PacketCase row = new PacketCase(name);
    cases.add(row);
    return row;
  }

  PacketCase established(PacketCase row) {
    return row.given(tcpOn(pod))
        .enters(UPLINK, tcp(client, vip, SYN), Reason.OPENED_LOCAL, handedOn(tcp(client, pod, SYN)))
        .leaves(
            UPLINK,
            tcp(pod, client, SYN, ACK),
            Reason.REPLIED,
            handedOn(tcp(vip, client, SYN, ACK)));
  }

  /** A connection to another node's pod, of which tc has seen the beginning. */
  PacketCase opened(String name) {
    return row(name)
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
            sentOn(UPLINK, tcp(vip, client, SYN, ACK)));
  }

  /** The Service in most rows: TCP, to one backend. */
  ServicePlan tcpOn(End backend) {
    boolean here = backend.equals(pod) || backend.equals(otherPod);
    return service(TCP, vip, random(here ? local(backend) : remote(backend)));
  }

  /** Our own answer to a packet, which quotes no more than its ports and a little. */
  static Icmp unreachable(Packet refused) {
    return unreachable(refused.to(), refused);
  }

  /** The same about a packet or a first fragment that was sent to {@code called}. */
  static Icmp unreachable(End called, IpPacket refused) {
    return error(PORT_UNREACHABLE, called.address(), refused).quotingTheLeast();
  }
}
