// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static dev.sluice.dataplane.Plans.local;
import static dev.sluice.dataplane.Plans.random;
import static dev.sluice.dataplane.Plans.rejecting;
import static dev.sluice.dataplane.Plans.service;
import static dev.sluice.dataplane.Plans.serving;
import static dev.sluice.dataplane.Plans.silent;
import static dev.sluice.dataplane.Plans.sticky;
import static dev.sluice.model.Protocol.TCP;
import static dev.sluice.model.Protocol.UDP;

import dev.sluice.bpf.Reason;
import dev.sluice.compatibility.ShowsRules;
import dev.sluice.dataplane.SocketCase.Caller;
import dev.sluice.dataplane.SocketCase.Loading;
import dev.sluice.packets.End;
import dev.sluice.plan.Frontend;
import dev.sluice.plan.Route;
import dev.sluice.plan.ServicePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The socket hooks, call by call. The backends answer on the node itself; nobody has a frontend's
 * address, so that a call that is not translated fails.
 */
final class SocketTable {
  private static final int ENETUNREACH = 101;
  private static final int ECONNREFUSED = 111;
  private static final int EHOSTUNREACH = 113;

  private final SocketKind kind;
  private final End vip;
  private final End otherVip;
  private final End pod;
  private final End otherPod;
  private final List<SocketCase> cases = new ArrayList<>();

  private SocketTable(SocketKind kind) {
    Cast cast = Cast.of(kind.family());
    this.kind = kind;
    vip = cast.frontend();
    otherVip = cast.otherFrontend();
    pod = cast.backend(cast.pod());
    otherPod = cast.backend(cast.otherPod());
  }

  static List<SocketCase> cases(SocketKind kind) {
    SocketTable table = new SocketTable(kind);
    table.translations();
    table.datagrams();
    table.oneBackendOfTwoServices();
    table.refusals();
    table.whoMayCall();
    return table.cases;
  }

  private SocketCase row(String name) {
    SocketCase row = new SocketCase(name, kind);
    cases.add(row);
    return row;
  }

  private void translations() {
    row("a TCP socket is connected to a backend and told that it is the Service")
        .given(service(TCP, vip, random(local(pod))))
        .opens(TCP)
        .connects(vip, Reason.CONNECTED)
        .isConnectedTo(vip, Reason.NAMED);
    row("a socket that calls the backend itself is left alone")
        .given(service(TCP, vip, random(local(pod))))
        .opens(TCP)
        .connects(pod, Reason.PASS_NOT_SERVICE)
        .isConnectedTo(pod);
    row("another protocol's Service is not meant")
        .given(service(UDP, vip, random(local(pod))))
        .opens(TCP)
        .failsToConnect(vip, ENETUNREACH, Reason.PASS_NOT_SERVICE);
    row("a Service that has clients from outside served elsewhere serves sockets as inside")
        .given(service(TCP, vip, rejecting(), random(local(pod)), Set.of()))
        .opens(TCP)
        .connects(vip, Reason.CONNECTED);
  }

  private void datagrams() {
    row("an unconnected UDP socket gets its answers from the Service")
        .given(udpOn(random(local(pod))))
        .opens(UDP)
        .sendsTo(vip, Reason.CONNECTED)
        .receivesFrom(vip, Reason.NAMED);
    row("a connected UDP socket, too")
        .given(udpOn(random(local(pod))))
        .opens(UDP)
        .connects(vip, Reason.CONNECTED)
        .isConnectedTo(vip, Reason.NAMED);
    row("a UDP socket may talk to several Services by turns")
        .given(udpOn(random(local(pod))))
        .given(service(UDP, otherVip, random(local(otherPod))))
        .opens(UDP)
        .sendsTo(vip, Reason.CONNECTED)
        .receivesFrom(vip, Reason.NAMED)
        .sendsTo(otherVip, Reason.CONNECTED)
        .receivesFrom(otherVip, Reason.NAMED)
        .sendsTo(vip, Reason.CONNECTED)
        .receivesFrom(vip, Reason.NAMED);
    row("a UDP socket leaves a backend that is gone")
        .given(udpOn(random(local(pod))))
        .opens(UDP)
        .sendsTo(vip, Reason.CONNECTED)
        .receivesFrom(vip, Reason.NAMED)
        .given(udpOn(random(local(otherPod))))
        .sendsTo(vip, Reason.CONNECTED)
        .receivesFrom(vip, Reason.NAMED);
    row("a UDP socket stays with a backend that is serving although no list has it")
        .given(udpOn(random(local(pod))))
        .opens(UDP)
        .sendsTo(vip, Reason.CONNECTED)
        .receivesFrom(vip, Reason.NAMED)
        .given(serving(udpOn(silent()), local(pod)))
        .sendsTo(vip, Reason.CONNECTED)
        .receivesFrom(vip, Reason.NAMED)
        .opens(UDP)
        .failsToSendTo(vip, EHOSTUNREACH, Reason.DROP_NO_BACKEND);
    row("a UDP socket stays with its backend as long as no endpoint at all is serving")
        .given(udpOn(random(local(pod))))
        .opens(UDP)
        .sendsTo(vip, Reason.CONNECTED)
        .receivesFrom(vip, Reason.NAMED)
        .given(udpOn(rejecting()))
        .sendsTo(vip, Reason.CONNECTED)
        .receivesFrom(vip, Reason.NAMED)
        .opens(UDP)
        .failsToSendTo(vip, ECONNREFUSED, Reason.REJECT_NO_BACKEND);
    row("the node's own datagrams have no packet path: without a backend they are refused at once")
        .given(udpOn(rejecting()))
        .opens(UDP)
        .failsToSendTo(vip, ECONNREFUSED, Reason.REJECT_NO_BACKEND);
    row("where policy wants silence, the node's own datagram does not leave")
        .given(udpOn(silent()))
        .opens(UDP)
        .failsToSendTo(vip, EHOSTUNREACH, Reason.DROP_NO_BACKEND);
    row("a pod's datagrams without a backend are left to the packet path")
        .by(Caller.POD)
        .given(udpOn(rejecting()))
        .opens(UDP)
        .failsToSendTo(vip, ENETUNREACH, Reason.PASS_LEFT_TO_PACKETS);
  }

  /** A reply says no more than which backend it is from. */
  private void oneBackendOfTwoServices() {
    row("the node's own socket: the Service called last has the backend")
        .given(udpOn(random(local(pod))))
        .given(service(UDP, otherVip, random(local(pod))))
        .opens(UDP)
        .sendsTo(vip, Reason.CONNECTED)
        .receivesFrom(vip, Reason.NAMED)
        .sendsTo(otherVip, Reason.CONNECTED)
        .receivesFrom(otherVip, Reason.NAMED)
        .sendsTo(vip, Reason.CONNECTED)
        .receivesFrom(vip, Reason.NAMED);
    row("a pod's socket: calls of the second Service go by packets, always, from another port")
        .by(Caller.POD)
        .given(udpOn(random(local(pod))))
        .given(service(UDP, otherVip, random(local(pod))))
        .opens(UDP)
        .sendsTo(vip, Reason.CONNECTED)
        .doesNotShareItsPortWith(otherVip)
        .failsToSendTo(otherVip, ENETUNREACH, Reason.PASS_LEFT_TO_PACKETS)
        .sharesItsPortWith(otherVip)
        .failsToSendTo(otherVip, ENETUNREACH, Reason.PASS_LEFT_TO_PACKETS)
        .receivesFrom(vip, Reason.NAMED)
        .sendsTo(vip, Reason.CONNECTED)
        .receivesFrom(vip, Reason.NAMED)
        .doesNotShareItsPortWith(vip);
    // Eight, as a choice at random would hit by accident.
    SocketCase spread =
        row("the second Service's other backend is preferred")
            .by(Caller.POD)
            .given(udpOn(random(local(pod))))
            .given(service(UDP, otherVip, random(local(pod), local(otherPod))));
    for (int time = 0; time < 8; time++) {
      spread
          .opens(UDP)
          .sendsTo(vip, Reason.CONNECTED)
          .receivesFrom(vip, Reason.NAMED)
          .sendsTo(otherVip, Reason.CONNECTED)
          .receivesFrom(otherVip, Reason.NAMED)
          .sendsTo(vip, Reason.CONNECTED)
          .receivesFrom(vip, Reason.NAMED);
    }
    row("a connected socket has one peer: the Service connected to last")
        .by(Caller.POD)
        .given(udpOn(random(local(pod))))
        .given(service(UDP, otherVip, random(local(pod))))
        .opens(UDP)
        .sendsTo(vip, Reason.CONNECTED)
        .receivesFrom(vip, Reason.NAMED)
        .connects(otherVip, Reason.CONNECTED)
        .isConnectedTo(otherVip, Reason.NAMED);
    row("a Service that has lost the backend names replies on their way only until another has it")
        .by(Caller.POD)
        .given(udpOn(random(local(pod))))
        .given(service(UDP, otherVip, random(local(pod))))
        .opens(UDP)
        .sendsTo(vip, Reason.CONNECTED)
        .given(udpOn(random(local(otherPod))))
        .receivesFrom(vip, Reason.NAMED)
        .sendsTo(otherVip, Reason.CONNECTED)
        .receivesFrom(otherVip, Reason.NAMED)
        .sendsTo(vip, Reason.CONNECTED)
        .receivesFrom(vip, Reason.NAMED);
    row("what only packets can decide takes another port if the socket has backends already")
        .by(Caller.POD)
        .given(udpOn(random(local(pod))))
        .given(sticky(service(UDP, otherVip, random(local(pod)))))
        .opens(UDP)
        .sendsTo(vip, Reason.CONNECTED)
        .failsToSendTo(otherVip, ENETUNREACH, Reason.PASS_LEFT_TO_PACKETS)
        .sharesItsPortWith(otherVip);
    row("a socket that begins with what only packets can decide goes on by packets")
        .by(Caller.POD)
        .given(udpOn(random(local(pod))))
        .given(sticky(service(UDP, otherVip, random(local(pod)))))
        .opens(UDP)
        .failsToSendTo(otherVip, ENETUNREACH, Reason.PASS_LEFT_TO_PACKETS)
        .failsToSendTo(vip, ENETUNREACH, Reason.PASS_LEFT_TO_PACKETS)
        .doesNotShareItsPortWith(otherVip)
        .doesNotShareItsPortWith(vip);
  }

  @ShowsRules({147, 149, 151})
  private void refusals() {
    row("without a backend the connection is refused")
        .given(service(TCP, vip, rejecting()))
        .opens(TCP)
        .failsToConnect(vip, ECONNREFUSED, Reason.REJECT_NO_BACKEND);
    row("where policy wants silence, the node's own socket is told at once")
        .given(service(TCP, vip, silent()))
        .opens(TCP)
        .failsToConnect(vip, EHOSTUNREACH, Reason.DROP_NO_BACKEND);
    row("where policy wants silence, a pod's socket meets it in the packet path")
        .by(Caller.POD)
        .given(service(TCP, vip, silent()))
        .opens(TCP)
        .failsToConnect(vip, ENETUNREACH, Reason.PASS_LEFT_TO_PACKETS);
    row("a kernel without bpf_set_retval leaves the refusal to the packet path")
        .loaded(Loading.WITHOUT_ERRNO)
        .given(service(TCP, vip, rejecting()))
        .opens(TCP)
        .failsToConnect(vip, ENETUNREACH, Reason.PASS_LEFT_TO_PACKETS);
  }

  @ShowsRules(79)
  private void whoMayCall() {
    row("a pod's socket is translated like the node's")
        .by(Caller.POD)
        .given(service(TCP, vip, random(local(pod))))
        .opens(TCP)
        .connects(vip, Reason.CONNECTED);
    ServicePlan nodeSocketsOnly =
        service(
            TCP,
            vip,
            random(local(pod)),
            random(local(pod)),
            Set.of(Frontend.Flag.NODE_SOCKETS_ONLY));
    row("a frontend for the node's own sockets serves them")
        .given(nodeSocketsOnly)
        .opens(TCP)
        .connects(vip, Reason.CONNECTED);
    row("a frontend for the node's own sockets does not exist for a pod's")
        .by(Caller.POD)
        .given(nodeSocketsOnly)
        .opens(TCP)
        .failsToConnect(vip, ENETUNREACH, Reason.PASS_NOT_SERVICE);
    row("when only node sockets are translated, a pod's is left to the packet path")
        .loaded(Loading.NODE_SOCKETS_ONLY)
        .by(Caller.POD)
        .given(service(TCP, vip, random(local(pod))))
        .opens(TCP)
        .failsToConnect(vip, ENETUNREACH, Reason.PASS_LEFT_TO_PACKETS);
    row("when only node sockets are translated, the node's are")
        .loaded(Loading.NODE_SOCKETS_ONLY)
        .given(service(TCP, vip, random(local(pod))))
        .opens(TCP)
        .connects(vip, Reason.CONNECTED);
  }

  private ServicePlan udpOn(Route route) {
    return service(UDP, vip, route);
  }
}
