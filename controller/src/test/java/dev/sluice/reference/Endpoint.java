// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** An endpoint of one Service port. */
record Endpoint(
    Backend backend,
    Optional<String> nodeName,
    boolean ready,
    boolean serving,
    boolean terminating,
    Set<String> zones,
    Set<String> nodes) {
  /** Rule 25: only the first address is used. Rule 32: what absent conditions mean. */
  static Endpoint read(JsonNode endpoint, int port) {
    JsonNode conditions = endpoint.path("conditions");
    JsonNode hints = endpoint.path("hints");
    return new Endpoint(
        new Backend(Ip.parse(endpoint.path("addresses").get(0).asText()), port),
        Optional.of(Fields.text(endpoint, "nodeName")).filter(name -> !name.isEmpty()),
        conditions.path("ready").asBoolean(true),
        conditions.path("serving").asBoolean(true),
        conditions.path("terminating").asBoolean(false),
        names(hints, "forZones"),
        names(hints, "forNodes"));
  }

  private static Set<String> names(JsonNode hints, String field) {
    return Fields.items(hints, field)
        .map(hint -> Fields.text(hint, "name"))
        .collect(Collectors.toCollection(HashSet::new));
  }

  /** What takes traffic when no ready endpoint is left (rules 40 to 43). */
  boolean isLastResort() {
    return !ready && serving && terminating;
  }
}
