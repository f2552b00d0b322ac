// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static dev.sluice.dataplane.PacketCase.sentOn;
import static dev.sluice.dataplane.Place.FABRIC;
import static dev.sluice.dataplane.Place.POD;
import static dev.sluice.dataplane.Place.UPLINK;
import static dev.sluice.packets.Packet.Flag.ACK;
import static dev.sluice.packets.Packet.tcp;

import dev.sluice.bpf.Reason;
import dev.sluice.model.IpFamily;
import dev.sluice.packets.VethPlug;

/** Where tc sends the later packets of a flow to another node's pod. */
final class NextHopRows extends PacketRows {
  NextHopRows(Cast cast) {
    super(cast);
    String ip = family == IpFamily.IPV4 ? "ip -4 " : "ip -6 ";
    String direct = remote.address() + " dev pod";
    opened("a flow's packets go by the next hop that it remembers, until routes change")
        .only(Delivery.TEST_RUN, Delivery.ETHERNET)
        .enters(
            UPLINK, tcp(client, vip, ACK), Reason.FORWARDED, sentOn(FABRIC, tcp(nat, remote, ACK)))
        .enters(
            UPLINK, tcp(client, vip, ACK), Reason.FORWARDED, sentOn(FABRIC, tcp(nat, remote, ACK)))
        .when(
            "the route moves",
            node -> {
              node.run(
                  ip
                      + "neighbour replace "
                      + direct
                      + " lladdr "
                      + VethPlug.NEIGHBOUR
                      + " nud permanent");
              node.run(ip + "route replace " + direct);
            })
        .enters(UPLINK, tcp(client, vip, ACK), Reason.FORWARDED, sentOn(POD, tcp(nat, remote, ACK)))
        .enters(UPLINK, tcp(client, vip, ACK), Reason.FORWARDED, sentOn(POD, tcp(nat, remote, ACK)))
        .when(
            "it moves back",
            node -> node.run(ip + "route replace " + remote.address() + " via " + router))
        .enters(
            UPLINK, tcp(client, vip, ACK), Reason.FORWARDED, sentOn(FABRIC, tcp(nat, remote, ACK)))
        .enters(
            FABRIC, tcp(remote, nat, ACK), Reason.REPLIED, sentOn(UPLINK, tcp(vip, client, ACK)))
        .enters(
            FABRIC, tcp(remote, nat, ACK), Reason.REPLIED, sentOn(UPLINK, tcp(vip, client, ACK)));
  }
}
