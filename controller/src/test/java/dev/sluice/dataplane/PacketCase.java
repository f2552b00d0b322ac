// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Hook;
import dev.sluice.bpf.Reason;
import dev.sluice.packets.IpPacket;
import dev.sluice.packets.Sent;
import dev.sluice.plan.ServicePlan;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A row of the table: what is installed, and then, packet by packet, what the programs do. Every
 * packet names the one reason that must be counted for it, its fate and the packet that comes out.
 */
final class PacketCase {
  sealed interface Step {}

  /** A packet comes to a program. */
  record Arrival(Hook hook, Place place, Sent packet, Reason reason, Result result)
      implements Step {}

  /** Something else happens. */
  record Change(String what, Consumer<NodeUnderTest> change) implements Step {}

  /**
   * What is expected of a packet.
   *
   * @param by the device it leaves by, if it is sent on
   * @param packet what comes out; empty if it comes out as it came in, or not at all
   */
  record Result(Fate fate, Optional<Place> by, Optional<Sent> packet) {}

  private final String name;
  private Set<Delivery> deliveries = EnumSet.allOf(Delivery.class);
  private final List<Step> steps = new ArrayList<>();

  PacketCase(String name) {
    this.name = name;
  }

  /** Restricts the case to some ways of delivery. */
  PacketCase only(Delivery first, Delivery... others) {
    deliveries = EnumSet.of(first, others);
    return this;
  }

  PacketCase given(ServicePlan plan) {
    return when("the Service is " + plan.name(), node -> node.apply(plan));
  }

  PacketCase when(String what, Consumer<NodeUnderTest> change) {
    steps.add(new Change(what, change));
    return this;
  }

  /** A packet enters by a device. */
  PacketCase enters(Place place, IpPacket packet, Reason reason, Result result) {
    return enters(place, Sent.of(packet), reason, result);
  }

  PacketCase enters(Place place, Sent packet, Reason reason, Result result) {
    steps.add(new Arrival(Hook.TC_INGRESS, place, packet, reason, result));
    return this;
  }

  /** A packet leaves by a device. */
  PacketCase leaves(Place place, IpPacket packet, Reason reason, Result result) {
    return leaves(place, Sent.of(packet), reason, result);
  }

  PacketCase leaves(Place place, Sent packet, Reason reason, Result result) {
    steps.add(new Arrival(Hook.TC_EGRESS, place, packet, reason, result));
    return this;
  }

  /** A packet comes to the XDP program of a device, in a test run: it takes no other delivery. */
  PacketCase meetsXdp(Place place, IpPacket packet, Reason reason, Result result) {
    return meetsXdp(place, Sent.of(packet), reason, result);
  }

  PacketCase meetsXdp(Place place, Sent packet, Reason reason, Result result) {
    steps.add(new Arrival(Hook.XDP, place, packet, reason, result));
    return only(Delivery.TEST_RUN);
  }

  /** Handed on as it came. */
  static Result untouched() {
    return new Result(Fate.HANDED_ON, Optional.empty(), Optional.empty());
  }

  /** Handed on as this packet. */
  static Result handedOn(IpPacket packet) {
    return new Result(Fate.HANDED_ON, Optional.empty(), Optional.of(Sent.of(packet)));
  }

  /** Sent out of another device as this packet, one hop older. */
  static Result sentOn(Place by, IpPacket packet) {
    IpPacket older = packet.hops(packet.hopLimit() - 1);
    return new Result(Fate.SENT_ON, Optional.of(by), Optional.of(Sent.of(older)));
  }

  /** Sent back where it came from as this packet. */
  static Result sentBack(IpPacket packet) {
    return new Result(Fate.SENT_BACK, Optional.empty(), Optional.of(Sent.of(packet)));
  }

  static Result dropped() {
    return new Result(Fate.DROPPED, Optional.empty(), Optional.empty());
  }

  Set<Delivery> deliveries() {
    return deliveries;
  }

  List<Step> steps() {
    return steps;
  }

  @Override
  public String toString() {
    return name;
  }
}
