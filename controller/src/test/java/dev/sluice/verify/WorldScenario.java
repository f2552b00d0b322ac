// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import dev.sluice.model.IpAddress;
import dev.sluice.reference.Backend;
import dev.sluice.reference.Ip;
import dev.sluice.reference.KubeProxyModel;
import dev.sluice.reference.Packet;
import dev.sluice.reference.Ruling;
import dev.sluice.reference.world.World;
import dev.sluice.trial.Origin;
import dev.sluice.trial.Outcome;
import dev.sluice.trial.Verdict;
import java.util.Set;
import java.util.stream.Collectors;

/** A world as a scenario file: what {@code sluice verify} reads. */
final class WorldScenario {
  private static final ObjectMapper JSON = new JsonMapper();
  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder()
              .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
              .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
              .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
              .build());

  private static final ScenarioReader READER = new ScenarioReader();

  private WorldScenario() {}

  /** The text, with the flows that the model has an answer for. */
  static String yaml(World world) {
    try {
      return YAML.writeValueAsString(document(world));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree cannot fail to be written", e);
    }
  }

  /** What the agent's own readers make of a world. */
  static Scenario read(World world) {
    return READER.read("a random world", document(world));
  }

  private static ObjectNode document(World world) {
    ObjectNode document = JSON.createObjectNode().put("name", "a random world");
    document.set("node", world.node());
    document.set("config", world.config());
    ArrayNode steps = document.putArray("steps");
    for (World.Step step : world.steps()) {
      KubeProxyModel model = new KubeProxyModel(world.node(), world.config(), step.objects());
      ObjectNode object = steps.addObject();
      object.set("objects", step.objects());
      ArrayNode flows = object.putArray("flows");
      for (Packet packet : step.packets()) {
        Ruling ruling = model.rule(packet);
        if (ruling.kind() != Ruling.Kind.OPEN) {
          flows.add(flow(packet, outcome(ruling)));
        }
      }
    }
    return document;
  }

  private static ObjectNode flow(Packet packet, Outcome outcome) {
    ObjectNode flow = JSON.createObjectNode();
    flow.put("from", origin(packet).toString());
    flow.put("source", address(packet.source()).toString());
    flow.put("destination", address(packet.destination()).toString());
    flow.put("port", packet.port());
    flow.put("protocol", packet.protocol());
    ObjectNode expected = flow.putObject("expect").put("verdict", outcome.verdict().toString());
    if (!outcome.backends().isEmpty()) {
      ArrayNode backends = expected.putArray("backends");
      outcome.backends().stream().sorted().forEach(backends::add);
    }
    return flow;
  }

  static Origin origin(Packet packet) {
    return Origin.valueOf(packet.from().name());
  }

  static IpAddress address(Ip ip) {
    return IpAddress.ofBytes(ip.bytes());
  }

  static Outcome outcome(Ruling ruling) {
    return new Outcome(Verdict.valueOf(ruling.kind().name()), texts(ruling.backends()));
  }

  private static Set<String> texts(Set<Backend> backends) {
    return backends.stream()
        .map(backend -> address(backend.address()).withPort(backend.port()))
        .collect(Collectors.toUnmodifiableSet());
  }
}
