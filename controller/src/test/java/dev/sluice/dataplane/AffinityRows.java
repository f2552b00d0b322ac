// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static dev.sluice.dataplane.PacketCase.handedOn;
import static dev.sluice.dataplane.PacketCase.sentOn;
import static dev.sluice.dataplane.Place.FABRIC;
import static dev.sluice.dataplane.Place.UPLINK;
import static dev.sluice.dataplane.Plans.local;
import static dev.sluice.dataplane.Plans.merged;
import static dev.sluice.dataplane.Plans.random;
import static dev.sluice.dataplane.Plans.randomHere;
import static dev.sluice.dataplane.Plans.remote;
import static dev.sluice.dataplane.Plans.service;
import static dev.sluice.dataplane.Plans.sticky;
import static dev.sluice.model.Protocol.TCP;
import static dev.sluice.packets.Packet.Flag.SYN;
import static dev.sluice.packets.Packet.tcp;

import dev.sluice.bpf.Reason;
import dev.sluice.compatibility.ShowsRules;
import dev.sluice.packets.End;
import dev.sluice.plan.Route;
import dev.sluice.plan.ServicePlan;

/** Clients that stay with their backend. */
final class AffinityRows extends PacketRows {
  AffinityRows(Cast cast) {
    super(cast);
    affinity();
  }

  @ShowsRules({155, 158, 159, 161, 163})
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
}
