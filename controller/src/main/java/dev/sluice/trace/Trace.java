// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trace;

import dev.sluice.attach.AttachedDevice;
import dev.sluice.attach.SocketHooks;
import dev.sluice.bpf.Apply;
import dev.sluice.bpf.Reason;
import dev.sluice.dataplane.BackendSlot;
import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.FlowEntry;
import dev.sluice.dataplane.FrontendOwner;
import dev.sluice.dataplane.Pin;
import dev.sluice.dataplane.Rehearsal;
import dev.sluice.dataplane.Tuple;
import dev.sluice.model.IpAddress;
import dev.sluice.model.Protocol;
import dev.sluice.node.Link;
import dev.sluice.node.Rtnetlink;
import dev.sluice.plan.Frontend;
import dev.sluice.plan.PortPlan;
import dev.sluice.trial.Call;
import dev.sluice.trial.CountedReasons;
import dev.sluice.trial.Origin;
import dev.sluice.trial.Outcome;
import dev.sluice.trial.PacketRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** One question on its way to its answer. */
final class Trace {
  /** Taken where the question names no source port, if no flow has it. */
  private static final int USUAL_PORT = 40000;

  private static final int LAST_PORT = 65535;

  private final Question question;
  private final WayIn wayIn;
  private final Rehearsal rehearsal;
  private final Rtnetlink rtnetlink;
  private final NodeView node;
  private final Tuple packet;
  private final Optional<FlowEntry> flow;
  private final Optional<FrontendOwner> owner;
  private final Optional<Planned> planned;
  private final List<String> notes = new ArrayList<>();

  /** A frontend and the Service port it belongs to, as planned. */
  private record Planned(PortPlan port, Frontend frontend) {}

  Trace(
      Question question,
      WayIn wayIn,
      Rehearsal rehearsal,
      Rtnetlink rtnetlink,
      Dataplane dataplane,
      NodeView node) {
    this.question = question;
    this.wayIn = wayIn;
    this.rehearsal = rehearsal;
    this.rtnetlink = rtnetlink;
    this.node = node;
    this.packet = tuple(sourcePort());
    this.flow = wayIn.from() == Origin.NODE ? Optional.empty() : rehearsal.liveFlow(packet);
    this.owner = dataplane.owner(question.destination(), question.port(), question.protocol());
    this.planned = owner.filter(found -> !found.closes()).flatMap(this::planned);
  }

  private Tuple tuple(int sourcePort) {
    return new Tuple(
        question.source(),
        sourcePort,
        question.destination(),
        question.port(),
        question.protocol());
  }

  private int sourcePort() {
    int port = question.sourcePort() == 0 ? USUAL_PORT : question.sourcePort();
    while (question.sourcePort() == 0
        && port < LAST_PORT
        && rehearsal.liveFlow(tuple(port)).isPresent()) {
      port++;
    }
    return port;
  }

  private Optional<Planned> planned(FrontendOwner found) {
    return node.plans().stream()
        .flatMap(plan -> plan.ports().stream())
        .filter(port -> port.key().equals(found.port()))
        .flatMap(port -> port.frontends().stream().map(frontend -> new Planned(port, frontend)))
        .filter(
            candidate ->
                candidate.frontend().address().equals(question.destination())
                    && candidate.frontend().port() == question.port())
        .findFirst();
  }

  Explanation run() {
    rehearsal.prepare(packet);
    Optional<Pin> pin =
        planned
            .filter(found -> found.port().affinitySeconds() > 0)
            .flatMap(found -> rehearsal.takePin(client(), owner.orElseThrow().id()));
    Met met = wayIn.from() == Origin.NODE ? callOfTheNode() : enter();
    Optional<ListChoice> list =
        planned.map(
            found -> ListChoice.of(found.frontend(), wayIn, question.source(), node.podNetworks()));
    noteSocketHooks();
    Explanation.Choice choice = met.backend() == 0 ? null : choice(met, pin, list);
    return new Explanation(
        new Explanation.Packet(
            Words.word(question.protocol()),
            shownSource(),
            packet.destination().withPort(packet.destinationPort()),
            kind(),
            wayIn.from() != Origin.NODE && question.sourcePort() == 0),
        new Explanation.WayIn(
            Words.word(wayIn.from()),
            wayIn.assumed(),
            wayIn.device().map(AttachedDevice::name).orElse(null),
            wayIn.device().map(WayIn::role).orElse(null),
            wayIn.why()),
        owner.map(this::frontend).orElse(null),
        met.askedAList() ? list.map(this::list).orElse(null) : null,
        choice,
        met.backend() == 0 ? null : translation(met),
        flow.map(this::flow).orElse(null),
        verdict(met),
        List.copyOf(notes));
  }

  /** By whom a pin is kept. */
  private IpAddress client() {
    return wayIn.from() == Origin.NODE
        ? rehearsal.nodeAddress(question.source().family())
        : question.source();
  }

  private Met enter() {
    Call call =
        new Call(
            wayIn.from(),
            question.source(),
            question.destination(),
            question.port(),
            question.protocol());
    PacketRun run = new PacketRun(rehearsal.objects());
    int device = wayIn.device().orElseThrow().interfaceIndex();
    CountedReasons reasons = CountedReasons.from(rehearsal.objects());
    Outcome outcome =
        flow.isPresent()
            ? run.later(call, packet.sourcePort(), device)
            : run.first(call, packet.sourcePort(), device);
    Set<Reason> counted = reasons.since();
    if (counted.size() != 1) {
      throw new IllegalStateException("the program counted not one reason, but " + counted);
    }
    Optional<FlowEntry> entry =
        switch (outcome.verdict()) {
          case FORWARD -> rehearsal.ownFlow(packet);
          case REJECT, DROP, PASS -> Optional.empty();
        };
    return new Met(
        outcome.verdict(),
        counted.iterator().next(),
        entry.map(FlowEntry::backend).orElse(0),
        entry);
  }

  private Met callOfTheNode() {
    if (node.socketHooks() == SocketHooks.OFF) {
      notes.add(
          "The socket hooks are off (--socket-hooks), so nothing translates what the node's own"
              + " processes send.");
      return Met.socket(Reason.PASS_LEFT_TO_PACKETS, 0);
    }
    Rehearsal.SocketAnswer answer =
        rehearsal.call(question.destination(), question.port(), question.protocol(), true);
    if (answer.reason() == Reason.PASS_PROTOCOL || answer.reason() == Reason.PASS_LEFT_TO_PACKETS) {
      notes.add(
          "No device's program sees what the node's own processes send: it goes on as it is.");
    }
    return Met.socket(answer.reason(), answer.backend());
  }

  /** A pod's socket may have been translated before its packets are. */
  private void noteSocketHooks() {
    if (wayIn.from() != Origin.POD || node.socketHooks() != SocketHooks.ALL || flow.isPresent()) {
      return;
    }
    Reason reason =
        rehearsal
            .call(question.destination(), question.port(), question.protocol(), false)
            .reason();
    if (reason == Reason.CONNECTED) {
      notes.add(
          "The socket hooks choose for a pod's own socket when it connects or sends, from the same"
              + " list; traced here is a packet that no hook has seen.");
    } else if (reason == Reason.REJECT_NO_BACKEND) {
      notes.add("A pod's own socket is refused by the socket hooks, at connect().");
    }
  }

  private String kind() {
    if (wayIn.from() == Origin.NODE) {
      return question.protocol() == Protocol.UDP ? "sendto() of a socket" : "connect() of a socket";
    }
    boolean later = flow.isPresent();
    return switch (question.protocol()) {
      case TCP -> later ? "later packet (ACK)" : "first packet (SYN)";
      case UDP -> "datagram";
      case SCTP -> later ? "later packet (DATA)" : "first packet (INIT)";
    };
  }

  private Explanation.Frontend frontend(FrontendOwner found) {
    return new Explanation.Frontend(
        found.closes()
            ? "closed_address"
            : planned.map(known -> Words.word(known.frontend().kind())).orElse("unknown"),
        packet.destination().withPort(packet.destinationPort()),
        found.port().service().namespace(),
        found.port().service().name(),
        found.closes() ? "" : found.port().portName());
  }

  private Explanation.EndpointList list(ListChoice choice) {
    return new Explanation.EndpointList(
        choice.internal() ? "internal" : "external",
        Words.word(choice.route().list()),
        choice.policy(),
        Words.word(choice.route().reason()),
        choice.why(),
        Words.word(choice.route().algorithm()),
        planned.orElseThrow().port().affinitySeconds(),
        choice.route().backends().stream()
            .map(backend -> new Explanation.Candidate(backend.identity(), backend.local()))
            .toList());
  }

  private Explanation.Choice choice(Met met, Optional<Pin> pin, Optional<ListChoice> list) {
    BackendSlot slot = rehearsal.backend(question.destination().family(), met.backend());
    int affinitySeconds = planned.map(found -> found.port().affinitySeconds()).orElse(0);
    BackendChoice choice = new BackendChoice(met, slot, pin, affinitySeconds, list);
    if (choice.isSurprising()) {
      notes.add("The Service was changing while it was traced; trace again.");
    }
    return choice.explain();
  }

  private Explanation.Translation translation(Met met) {
    if (met.entry().isEmpty()) {
      BackendSlot slot = rehearsal.backend(question.destination().family(), met.backend());
      return new Explanation.Translation(
          shownSource(),
          packet.destination().withPort(packet.destinationPort()),
          null,
          slot.identity(),
          "socket",
          null,
          deviceTowards(slot.address()));
    }
    FlowEntry entry = met.entry().get();
    Tuple rewritten = entry.rewritten();
    return new Explanation.Translation(
        packet.source().withPort(packet.sourcePort()),
        packet.destination().withPort(packet.destinationPort()),
        rewritten.source().withPort(rewritten.sourcePort()),
        rewritten.destination().withPort(rewritten.destinationPort()),
        "tc_ingress",
        Words.word(entry.apply()),
        entry.apply() == Apply.INGRESS_HAIRPIN
            ? wayIn.device().map(AttachedDevice::name).orElse(null)
            : deviceTowards(rewritten.destination()));
  }

  private String deviceTowards(IpAddress address) {
    OptionalInt index = rtnetlink.deviceTowards(WayIn.inetAddress(address));
    return index.isEmpty()
        ? null
        : node.network().link(index.getAsInt()).map(Link::name).orElse(null);
  }

  private Explanation.Flow flow(FlowEntry entry) {
    return new Explanation.Flow(
        entry.established() ? "established" : "embryo",
        Words.word(entry.direction()),
        Words.seconds(entry.idle()),
        rehearsal.backend(question.destination().family(), entry.backend()).identity(),
        entry.isClosing(),
        Words.word(entry.apply()));
  }

  private static Explanation.Verdict verdict(Met met) {
    ReasonText text = ReasonText.of(met.reason());
    return new Explanation.Verdict(
        Words.word(met.verdict()), Words.word(met.reason()), text.meaning(), text.advice());
  }

  /** A socket of the node has no source port yet. */
  private String shownSource() {
    return wayIn.from() == Origin.NODE
        ? question.source().toString()
        : packet.source().withPort(packet.sourcePort());
  }
}
