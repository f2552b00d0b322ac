// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference.world;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * What is behind a Service, and how its slices tell it.
 *
 * @param sameNumbers whether both slices give a port the same number (rule 27)
 * @param quirk of the first slice's first port
 */
record Backends(
    List<EndpointSeed> endpoints, Hinted hinted, boolean sameNumbers, PortQuirk quirk, Kind kind) {

  /** Which hints the slices hold. */
  enum Hinted {
    NOTHING,
    ZONES,
    NODES,
    BOTH
  }

  /** What is strange about a port of a slice. */
  enum PortQuirk {
    NOTHING,
    NO_NAME,
    OTHER_NAME,
    NO_NUMBER,
    NUMBER_ZERO,
    NO_PROTOCOL,
    OTHER_PROTOCOL
  }

  /** What is strange about a slice as a whole. */
  enum Kind {
    USUAL,
    HEADLESS,
    HOST_NAMES,
    OF_NO_SERVICE,
    OF_ANOTHER_NAMESPACE
  }

  private enum Mood {
    ANY,
    READY,
    NONE_READY,
    READY_ELSEWHERE,
    ENDING_HERE,
    ELSEWHERE
  }

  static Arbitrary<Backends> backends() {
    return Combinators.combine(
            anyEndpoints(),
            Arbitraries.frequency(
                Tuple.of(4, Hinted.NOTHING),
                Tuple.of(3, Hinted.ZONES),
                Tuple.of(3, Hinted.NODES),
                Tuple.of(1, Hinted.BOTH)),
            Arbitraries.of(true, false),
            Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.just(PortQuirk.NOTHING)),
                Tuple.of(1, Arbitraries.of(PortQuirk.class))),
            Arbitraries.frequencyOf(
                Tuple.of(12, Arbitraries.just(Kind.USUAL)),
                Tuple.of(1, Arbitraries.of(Kind.class))))
        .as(Backends::new);
  }

  private static Arbitrary<List<EndpointSeed>> anyEndpoints() {
    Arbitrary<Mood> mood =
        Arbitraries.frequency(
            Tuple.of(3, Mood.READY),
            Tuple.of(3, Mood.ANY),
            Tuple.of(2, Mood.NONE_READY),
            Tuple.of(2, Mood.READY_ELSEWHERE),
            Tuple.of(2, Mood.ENDING_HERE),
            Tuple.of(1, Mood.ELSEWHERE));
    return Combinators.combine(
            mood,
            EndpointSeed.endpoint()
                .list()
                .uniqueElements(EndpointSeed::address)
                .ofMinSize(0)
                .ofMaxSize(5))
        .as((chosen, seeds) -> seeds.stream().map(seed -> in(chosen, seed)).toList());
  }

  private static EndpointSeed in(Mood mood, EndpointSeed seed) {
    return switch (mood) {
      case ANY -> seed;
      case READY -> seed.ready();
      case NONE_READY -> seed.notReady();
      case READY_ELSEWHERE -> seed.elsewhere().ready();
      case ENDING_HERE -> seed.isHere() ? seed.ending() : seed.ready();
      case ELSEWHERE -> seed.elsewhere();
    };
  }

  /** The slices of a Service: two of each of its families. */
  List<ObjectNode> slices(String service, List<PortSeed> ports, boolean ipv4, boolean headless) {
    List<ObjectNode> slices = new ArrayList<>();
    for (int number = 0; number < 2; number++) {
      ObjectNode slice = slice(service, number, ipv4, headless);
      slice.set("ports", ports(ports, number));
      slice.set("endpoints", endpoints(ipv4, number));
      slices.add(slice);
    }
    return slices;
  }

  private ObjectNode slice(String service, int number, boolean ipv4, boolean headless) {
    Kind odd = number == 0 ? kind : Kind.USUAL;
    ObjectNode slice = Json.object().put("apiVersion", "discovery.k8s.io/v1");
    slice.put("kind", "EndpointSlice");
    ObjectNode metadata = slice.putObject("metadata");
    metadata.put("name", service + (ipv4 ? "-ipv4-" : "-ipv6-") + number);
    ObjectNode labels = metadata.putObject("labels");
    if (odd != Kind.OF_NO_SERVICE) {
      labels.put("kubernetes.io/service-name", service);
    }
    if (odd == Kind.OF_ANOTHER_NAMESPACE) {
      metadata.put("namespace", "another");
    }
    if (headless || odd == Kind.HEADLESS) {
      labels.put("service.kubernetes.io/headless", "");
    }
    slice.put("addressType", odd == Kind.HOST_NAMES ? "FQDN" : ipv4 ? "IPv4" : "IPv6");
    return slice;
  }

  private ArrayNode ports(List<PortSeed> ports, int slice) {
    List<ObjectNode> objects = new ArrayList<>();
    for (PortSeed port : ports) {
      boolean odd = slice == 0 && objects.isEmpty();
      objects.add(port(port, ports.size(), slice, odd ? quirk : PortQuirk.NOTHING));
    }
    return Json.list(objects);
  }

  private ObjectNode port(PortSeed seed, int ports, int slice, PortQuirk odd) {
    ObjectNode port = Json.object();
    if (odd != PortQuirk.NO_NAME) {
      port.put("name", seed.name(ports) + (odd == PortQuirk.OTHER_NAME ? "x" : ""));
    }
    if (odd != PortQuirk.NO_NUMBER) {
      int number = seed.target(sameNumbers ? 0 : slice);
      port.put("port", odd == PortQuirk.NUMBER_ZERO ? 0 : number);
    }
    if (odd == PortQuirk.OTHER_PROTOCOL) {
      port.put("protocol", seed.protocol().equals("TCP") ? "UDP" : "TCP");
    } else if (odd != PortQuirk.NO_PROTOCOL) {
      port.put("protocol", seed.protocol());
    }
    return port;
  }

  private ArrayNode endpoints(boolean ipv4, int slice) {
    List<ObjectNode> objects = new ArrayList<>();
    for (EndpointSeed endpoint : endpoints) {
      if (endpoint.endingIn() == slice) {
        objects.add(object(endpoint.ending(), ipv4));
      } else if (endpoint.isIn(slice)) {
        objects.add(object(endpoint, ipv4));
      }
    }
    return Json.list(objects);
  }

  private ObjectNode object(EndpointSeed seed, boolean ipv4) {
    String address = Places.backend(ipv4, seed.address());
    ObjectNode endpoint = Json.object();
    endpoint.set(
        "addresses",
        Json.texts(
            switch (seed.oddity()) {
              case NOTHING -> List.of(address);
              case SPELLED_OTHERWISE -> List.of(Places.otherSpelling(address));
              case SECOND_ADDRESS -> List.of(address, Places.wrong(ipv4));
              case NO_ADDRESS -> List.of();
            }));
    // A node's own address on another node would be a lie; that nobody says where it is, is not:
    // the API server's own endpoints are such (rule 281).
    seed.nodeName()
        .filter(name -> seed.isPod() || name.equals(Places.HERE))
        .ifPresent(name -> endpoint.put("nodeName", name));
    endpoint.put("zone", "east"); // of no meaning to a proxy (rule 35)
    endpoint.set("conditions", seed.conditions().object());
    ObjectNode hints = Json.object();
    if (hinted == Hinted.ZONES || hinted == Hinted.BOTH) {
      hints.set("forZones", names(seed.hints().zones()));
    }
    if (hinted == Hinted.NODES || hinted == Hinted.BOTH) {
      hints.set("forNodes", names(seed.hints().nodes()));
    }
    return hints.isEmpty() ? endpoint : endpoint.set("hints", hints);
  }

  private static ArrayNode names(List<String> names) {
    return Json.list(names.stream().map(name -> Json.object().put("name", name)).toList());
  }
}
