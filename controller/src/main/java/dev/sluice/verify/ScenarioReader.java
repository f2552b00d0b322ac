// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.model.LocalTraffic;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.Protocol;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.ServiceState;
import dev.sluice.model.WellKnown;
import dev.sluice.source.SourceException;
import dev.sluice.source.manifests.Manifests;
import dev.sluice.trial.Call;
import dev.sluice.trial.Origin;
import dev.sluice.trial.Outcome;
import dev.sluice.trial.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads scenario files; {@code docs/verify.md} tells their format. Fields that mean nothing to
 * Sluice are ignored.
 */
public final class ScenarioReader {
  private final ObjectMapper json = mapper(new JsonFactory());
  private final ObjectMapper yaml = mapper(new YAMLFactory());

  private static ObjectMapper mapper(JsonFactory factory) {
    return JsonMapper.builder(factory).enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  }

  /**
   * Reads the scenarios of a file: one for each document in it.
   *
   * @throws ScenarioException if it cannot be read; the message names the place
   */
  public List<Scenario> read(Path path) {
    String file = path.toString();
    ObjectMapper mapper = file.endsWith(".json") ? json : yaml;
    List<Scenario> scenarios = new ArrayList<>();
    try (MappingIterator<JsonNode> documents =
        mapper.readerFor(JsonNode.class).readValues(Files.readAllBytes(path))) {
      while (documents.hasNextValue()) {
        JsonNode document = documents.nextValue();
        if (!document.isObject()) {
          throw new ScenarioException(file, "", "not a scenario: a mapping is expected");
        }
        scenarios.add(scenario(new Place(file, "", document)));
      }
    } catch (JacksonException e) {
      String reason = e.getOriginalMessage().lines().findFirst().orElse("no reason given");
      throw new ScenarioException(file, location(e.getLocation()), reason.strip());
    } catch (NoSuchFileException e) {
      throw new ScenarioException(file, "", "there is no such file");
    } catch (IOException e) {
      throw new ScenarioException(file, "", "cannot be read: " + e.getMessage());
    }
    if (scenarios.isEmpty()) {
      throw new ScenarioException(file, "", "holds no scenario");
    }
    return scenarios;
  }

  /**
   * Reads a scenario that is in memory.
   *
   * @param file what errors name
   */
  Scenario read(String file, JsonNode document) {
    return scenario(new Place(file, "", document));
  }

  private static String location(JsonLocation location) {
    return location == null
        ? ""
        : "line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  /** Reads what the field {@code node} holds. */
  public static NodeFacts node(JsonNode node) {
    return node(new Place("node", "", node));
  }

  /** Reads what the field {@code config} holds. */
  public static ProxyConfig config(JsonNode config) {
    return config(new Place("config", "", config));
  }

  private Scenario scenario(Place document) {
    ProxyConfig config = config(document.get("config"));
    NodeFacts node = node(document.get("node"));
    if (!document.get("steps").isPresent()) {
      throw document.get("steps").wrong("is missing");
    }
    List<Scenario.Step> steps = new ArrayList<>();
    for (Place step : document.get("steps").elements()) {
      steps.add(step(step, node));
    }
    return new Scenario(
        document.file(),
        document.get("name").optionalText().orElse(document.file()),
        config,
        steps);
  }

  private static NodeFacts node(Place node) {
    if (!node.isPresent()) {
      throw node.wrong("is missing");
    }
    List<IpAddress> addresses =
        node.get("addresses").elements().stream()
            .map(address -> address.as(IpAddress::parse))
            .toList();
    return new NodeFacts(
        node.get("name").text(),
        new LinkedHashSet<>(addresses),
        addresses,
        cidrs(node.get("podCIDRs")),
        node.get("zone").optionalText(),
        node.get("labels").texts());
  }

  private static List<Cidr> cidrs(Place list) {
    return list.elements().stream().map(cidr -> cidr.as(Cidr::parse)).toList();
  }

  private static ProxyConfig config(Place config) {
    if (!config.isPresent()) {
      return ProxyConfig.defaults();
    }
    ProxyConfig.Mode mode =
        config
            .get("mode")
            .optionalText()
            .filter(text -> !text.isEmpty())
            .map(text -> config.get("mode").as(ScenarioReader::mode))
            .orElse(ProxyConfig.Mode.IPTABLES);
    List<String> nodePortAddresses =
        config.get("nodePortAddresses").elements().stream().map(Place::text).toList();
    try {
      return new ProxyConfig(
          mode,
          nodePortAddresses,
          config.get("localhostNodePorts").truth(true),
          localTraffic(config),
          config.get("masqueradeAll").truth(false),
          cidrs(config.get("serviceCIDRs")));
    } catch (IllegalArgumentException e) {
      throw config.get("nodePortAddresses").wrong(e.getMessage());
    }
  }

  private static ProxyConfig.Mode mode(String text) {
    return switch (text) {
      case "iptables" -> ProxyConfig.Mode.IPTABLES;
      case "nftables" -> ProxyConfig.Mode.NFTABLES;
      default ->
          throw new IllegalArgumentException("'" + text + "' is neither iptables nor nftables");
    };
  }

  private static LocalTraffic localTraffic(Place config) {
    LocalTraffic.Mode mode =
        config.get("detectLocalMode").isPresent()
            ? config.get("detectLocalMode").as(ScenarioReader::detectLocalMode)
            : LocalTraffic.Mode.CLUSTER_CIDR;
    List<Cidr> clusterCidrs =
        Stream.of(config.get("clusterCIDR").optionalText().orElse("").split(",", -1))
            .map(String::strip)
            .filter(text -> !text.isEmpty())
            .map(text -> config.get("clusterCIDR").as(whole -> Cidr.parse(text)))
            .toList();
    String name = interfaceName(mode, config.get("detectLocal"));
    try {
      return new LocalTraffic(mode, clusterCidrs, name);
    } catch (IllegalArgumentException e) {
      throw config.get("detectLocal").wrong(e.getMessage());
    }
  }

  private static LocalTraffic.Mode detectLocalMode(String text) {
    return switch (text) {
      case "", "ClusterCIDR" -> LocalTraffic.Mode.CLUSTER_CIDR;
      case "NodeCIDR" -> LocalTraffic.Mode.NODE_CIDR;
      case "BridgeInterface" -> LocalTraffic.Mode.BRIDGE_INTERFACE;
      case "InterfaceNamePrefix" -> LocalTraffic.Mode.INTERFACE_NAME_PREFIX;
      default ->
          throw new IllegalArgumentException(
              "'"
                  + text
                  + "' is none of ClusterCIDR, NodeCIDR, BridgeInterface, InterfaceNamePrefix");
    };
  }

  private static String interfaceName(LocalTraffic.Mode mode, Place detectLocal) {
    if (!detectLocal.isPresent()) {
      return "";
    }
    return switch (mode) {
      case CLUSTER_CIDR, NODE_CIDR -> "";
      case BRIDGE_INTERFACE -> detectLocal.get("bridgeInterface").optionalText().orElse("");
      case INTERFACE_NAME_PREFIX ->
          detectLocal.get("interfaceNamePrefix").optionalText().orElse("");
    };
  }

  private Scenario.Step step(Place step, NodeFacts scenarioNode) {
    NodeFacts node = scenarioNode;
    for (Place object : step.get("objects").elements()) {
      node = withNodeObject(node, object);
    }
    List<String> warnings = new ArrayList<>();
    List<ServiceState> states = states(step.get("objects"), warnings);
    List<Flow> flows =
        step.get("flows").elements().stream()
            .map(ScenarioReader::flow)
            .collect(Collectors.toUnmodifiableList());
    return new Scenario.Step(node, states, flows, warnings);
  }

  /** A v1 Node of this node's name says its labels, its zone by them, and its pod networks. */
  private static NodeFacts withNodeObject(NodeFacts node, Place object) {
    boolean own =
        object.get("kind").value().asText().equals("Node")
            && object.get("metadata").get("name").value().asText().equals(node.name());
    if (!own) {
      return node;
    }
    var labels = object.get("metadata").get("labels").texts();
    Place spec = object.get("spec");
    List<Cidr> podCidrs = spec.isPresent() ? cidrs(spec.get("podCIDRs")) : List.of();
    return new NodeFacts(
        node.name(),
        node.addresses(),
        node.nodeIps(),
        podCidrs.isEmpty() ? node.podCidrs() : podCidrs,
        Optional.ofNullable(labels.get(WellKnown.ZONE)),
        labels);
  }

  private List<ServiceState> states(Place objects, List<String> warnings) {
    objects.elements();
    JsonNode list =
        json.createObjectNode()
            .put("apiVersion", "v1")
            .put("kind", "List")
            .set("items", objects.isPresent() ? objects.value() : json.createArrayNode());
    try {
      return Manifests.read(
          ".json",
          json.writeValueAsBytes(list),
          problem -> warnings.add(problem.object() + ": " + problem.reason()));
    } catch (SourceException e) {
      throw objects.wrong(e.getMessage());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree cannot fail to be written", e);
    }
  }

  private static Flow flow(Place flow) {
    IpAddress source = flow.get("source").as(IpAddress::parse);
    IpAddress destination = flow.get("destination").as(IpAddress::parse);
    if (source.family() != destination.family()) {
      throw flow.wrong("source and destination are of two address families");
    }
    return new Flow(
        flow.get("name").optionalText().orElse(flow.path()),
        new Call(
            flow.get("from").as(text -> oneOf(Origin.values(), text)),
            source,
            destination,
            flow.get("port").port(),
            flow.get("protocol").isPresent()
                ? flow.get("protocol").as(text -> oneOf(Protocol.values(), text))
                : Protocol.TCP),
        expected(flow.get("expect")));
  }

  private static <E extends Enum<E>> E oneOf(E[] values, String text) {
    return Stream.of(values)
        .filter(value -> value.toString().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'"
                        + text
                        + "' is none of "
                        + Stream.of(values).map(E::toString).collect(Collectors.joining(", "))));
  }

  private static Outcome expected(Place expect) {
    if (!expect.isPresent()) {
      throw expect.wrong("is missing");
    }
    Verdict verdict = expect.get("verdict").as(text -> oneOf(Verdict.values(), text));
    List<Place> backends = expect.get("backends").elements();
    if ((verdict == Verdict.FORWARD) == backends.isEmpty()) {
      throw expect
          .get("backends")
          .wrong(
              verdict == Verdict.FORWARD
                  ? "forward needs at least one backend, as address:port"
                  : verdict + " has no backends");
    }
    return new Outcome(
        verdict,
        backends.stream()
            .map(backend -> backend.as(ScenarioReader::endpoint))
            .collect(Collectors.toUnmodifiableSet()));
  }

  /** Writes {@code address:port} as backends do, whatever the file's spelling of the address. */
  private static String endpoint(String text) {
    int colon = text.lastIndexOf(':');
    String address = colon < 0 ? "" : text.substring(0, colon).toLowerCase(Locale.ROOT);
    boolean bracketed = address.startsWith("[") && address.endsWith("]");
    try {
      return IpAddress.parse(bracketed ? address.substring(1, address.length() - 1) : address)
          .withPort(Integer.parseInt(text, colon + 1, text.length(), 10));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'" + text + "' is not address:port", e);
    }
  }
}
