// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference.world;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * An endpoint of a Service.
 *
 * @param address which of {@link Places#backend}
 * @param nodeName empty for an endpoint of no known node
 * @param slices bit 0: it is in the first slice, bit 1: in the second
 * @param endingIn the slice that holds a terminating copy of it; none if negative
 */
record EndpointSeed(
    int address,
    Optional<String> nodeName,
    Conditions conditions,
    Hints hints,
    int slices,
    int endingIn,
    Oddity oddity) {

  /** Each may be absent. */
  record Conditions(
      Optional<Boolean> ready, Optional<Boolean> serving, Optional<Boolean> terminating) {
    ObjectNode object() {
      ObjectNode conditions = Json.object();
      ready.ifPresent(value -> conditions.put("ready", value));
      serving.ifPresent(value -> conditions.put("serving", value));
      terminating.ifPresent(value -> conditions.put("terminating", value));
      return conditions;
    }
  }

  /** Zones and nodes hinted to; empty for one that lacks its hints. */
  record Hints(List<String> zones, List<String> nodes) {}

  /** What is strange about an endpoint. */
  enum Oddity {
    NOTHING,
    SPELLED_OTHERWISE,
    SECOND_ADDRESS,
    NO_ADDRESS
  }

  static Arbitrary<EndpointSeed> endpoint() {
    return Combinators.combine(
            Arbitraries.integers().between(0, Places.backends() - 1),
            Arbitraries.frequency(
                Tuple.of(4, Optional.of(Places.HERE)),
                Tuple.of(4, Optional.of(Places.ELSEWHERE)),
                Tuple.of(1, Optional.<String>empty())),
            anyConditions(),
            anyHints(),
            Arbitraries.of(1, 2, 3),
            Arbitraries.frequency(Tuple.of(8, -1), Tuple.of(1, 0), Tuple.of(1, 1)),
            Arbitraries.frequency(
                Tuple.of(10, Oddity.NOTHING),
                Tuple.of(2, Oddity.SPELLED_OTHERWISE),
                Tuple.of(1, Oddity.SECOND_ADDRESS),
                Tuple.of(1, Oddity.NO_ADDRESS)))
        .as(EndpointSeed::new);
  }

  private static Arbitrary<Conditions> anyConditions() {
    return Combinators.combine(truth(), truth(), truth()).as(Conditions::new);
  }

  private static Arbitrary<Optional<Boolean>> truth() {
    return Arbitraries.of(Optional.<Boolean>empty(), Optional.of(true), Optional.of(false));
  }

  private static Arbitrary<Hints> anyHints() {
    return Combinators.combine(
            Arbitraries.frequency(
                Tuple.of(4, List.of(Places.ZONE)),
                Tuple.of(4, List.of("east")),
                Tuple.of(2, List.of("east", Places.ZONE)),
                Tuple.of(1, List.<String>of())),
            Arbitraries.frequency(
                Tuple.of(4, List.of(Places.HERE)),
                Tuple.of(4, List.of(Places.ELSEWHERE)),
                Tuple.of(2, List.of(Places.ELSEWHERE, Places.HERE)),
                Tuple.of(1, List.<String>of())))
        .as(Hints::new);
  }

  /** Else it is in the node's network (rule 37). */
  boolean isPod() {
    return address < Places.backends() - 1;
  }

  boolean isHere() {
    return nodeName.equals(Optional.of(Places.HERE));
  }

  boolean isIn(int slice) {
    return (slices >> slice & 1) != 0;
  }

  EndpointSeed ready() {
    Conditions ready =
        new Conditions(
            conditions.ready.filter(value -> value), conditions.serving, conditions.terminating);
    return with(ready);
  }

  EndpointSeed notReady() {
    return with(new Conditions(Optional.of(false), conditions.serving, conditions.terminating));
  }

  EndpointSeed elsewhere() {
    return new EndpointSeed(
        address,
        nodeName.map(name -> Places.ELSEWHERE),
        conditions,
        hints,
        slices,
        endingIn,
        oddity);
  }

  private EndpointSeed with(Conditions other) {
    return new EndpointSeed(address, nodeName, other, hints, slices, endingIn, oddity);
  }

  /** This endpoint as it ends: another pod may have its address by now (rule 31). */
  EndpointSeed ending() {
    return with(new Conditions(Optional.of(false), Optional.of(true), Optional.of(true)));
  }
}
