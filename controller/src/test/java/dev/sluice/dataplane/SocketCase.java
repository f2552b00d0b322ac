// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Reason;
import dev.sluice.model.Protocol;
import dev.sluice.packets.End;
import dev.sluice.plan.ServicePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * A row of the socket table: what one socket does, call by call, what it is told, and the reasons
 * that are counted for each call.
 */
final class SocketCase {
  /** Whose socket it is. */
  enum Caller {
    NODE,
    POD
  }

  /** How the programs are loaded. */
  enum Loading {
    AS_USUAL,
    WITHOUT_ERRNO,
    NODE_SOCKETS_ONLY
  }

  sealed interface Step {}

  /**
   * @param command for the probe
   * @param answer of the probe
   */
  record Call(String command, String answer, List<Reason> reasons) implements Step {}

  /** Whether the packet path is to give flows from the socket to the frontend another port. */
  record PortShared(End frontend, boolean shared) implements Step {}

  record Change(Consumer<Dataplane> change) implements Step {}

  private final String name;
  private final SocketKind kind;
  private Caller caller = Caller.NODE;
  private Loading loading = Loading.AS_USUAL;
  private final List<Step> steps = new ArrayList<>();

  SocketCase(String name, SocketKind kind) {
    this.name = name;
    this.kind = kind;
  }

  SocketCase by(Caller who) {
    caller = who;
    return this;
  }

  SocketCase loaded(Loading how) {
    loading = how;
    return this;
  }

  SocketCase given(ServicePlan plan) {
    steps.add(new Change(dataplane -> dataplane.apply(plan)));
    return this;
  }

  SocketCase opens(Protocol protocol) {
    return call("open " + lower(protocol) + " " + lower(kind), "ok");
  }

  SocketCase connects(End end, Reason... reasons) {
    return call("connect " + words(end), "ok", reasons);
  }

  SocketCase failsToConnect(End end, int errno, Reason... reasons) {
    return call("connect " + words(end), "errno " + errno, reasons);
  }

  /** What getpeername(2) says. */
  SocketCase isConnectedTo(End end, Reason... reasons) {
    return call("peer", words(end), reasons);
  }

  SocketCase sendsTo(End end, Reason... reasons) {
    return call("send " + words(end), "ok", reasons);
  }

  SocketCase failsToSendTo(End end, int errno, Reason... reasons) {
    return call("send " + words(end), "errno " + errno, reasons);
  }

  SocketCase receivesFrom(End end, Reason... reasons) {
    return call("receive", words(end), reasons);
  }

  /** Sends to backends from the port from which it calls the frontend by packets. */
  SocketCase sharesItsPortWith(End frontend) {
    steps.add(new PortShared(frontend, true));
    return this;
  }

  SocketCase doesNotShareItsPortWith(End frontend) {
    steps.add(new PortShared(frontend, false));
    return this;
  }

  private SocketCase call(String command, String answer, Reason... reasons) {
    steps.add(new Call(command, answer, List.of(reasons)));
    return this;
  }

  private static String words(End end) {
    return end.address() + " " + end.port();
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  Caller caller() {
    return caller;
  }

  Loading loading() {
    return loading;
  }

  List<Step> steps() {
    return steps;
  }

  @Override
  public String toString() {
    return kind + ": " + name;
  }
}
