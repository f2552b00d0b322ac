// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.model.LocalTraffic;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.ServiceState;
import dev.sluice.source.ServiceSource;
import dev.sluice.source.SourceProblem;
import dev.sluice.source.manifests.ManifestDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Reads what scenario files say of the node, the configuration and the objects. */
final class Scenario {
  private Scenario() {}

  static NodeFacts node(JsonNode node) {
    Map<String, String> labels = new HashMap<>();
    node.path("labels").properties().forEach(e -> labels.put(e.getKey(), e.getValue().asText()));
    List<IpAddress> addresses = texts(node.path("addresses")).map(IpAddress::parse).toList();
    return new NodeFacts(
        node.path("name").asText(),
        new LinkedHashSet<>(addresses),
        addresses,
        texts(node.path("podCIDRs")).map(Cidr::parse).toList(),
        Optional.ofNullable(node.path("zone").textValue()),
        labels);
  }

  static ProxyConfig config(JsonNode config) {
    LocalTraffic localTraffic =
        new LocalTraffic(
            switch (config.path("detectLocalMode").asText("ClusterCIDR")) {
              case "NodeCIDR" -> LocalTraffic.Mode.NODE_CIDR;
              case "BridgeInterface" -> LocalTraffic.Mode.BRIDGE_INTERFACE;
              case "InterfaceNamePrefix" -> LocalTraffic.Mode.INTERFACE_NAME_PREFIX;
              default -> LocalTraffic.Mode.CLUSTER_CIDR;
            },
            Stream.of(config.path("clusterCIDR").asText("").split(","))
                .filter(text -> !text.isEmpty())
                .map(Cidr::parse)
                .toList(),
            "");
    return new ProxyConfig(
        config.path("mode").asText("iptables").equals("nftables")
            ? ProxyConfig.Mode.NFTABLES
            : ProxyConfig.Mode.IPTABLES,
        texts(config.path("nodePortAddresses")).toList(),
        config.path("localhostNodePorts").asBoolean(true),
        localTraffic,
        config.path("masqueradeAll").asBoolean(false),
        texts(config.path("serviceCIDRs")).map(Cidr::parse).toList());
  }

  private static Stream<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText);
  }

  /** Reads a directory the way the agent does. */
  static List<ServiceState> states(Path directory) throws InterruptedException {
    List<ServiceState> states = new ArrayList<>();
    List<SourceProblem> problems = new ArrayList<>();
    CountDownLatch synced = new CountDownLatch(1);
    try (ManifestDirectory source = new ManifestDirectory(directory)) {
      source.start(
          new ServiceSource.Listener() {
            @Override
            public void changed(List<ServiceState> changed) {
              states.addAll(changed);
            }

            @Override
            public void synced() {
              synced.countDown();
            }

            @Override
            public void problem(SourceProblem problem) {
              problems.add(problem);
            }

            @Override
            public void problemResolved(SourceProblem problem) {
              throw new AssertionError(problem);
            }
          });
      if (!synced.await(30, TimeUnit.SECONDS)) {
        throw new AssertionError("not synced after 30 s");
      }
    }
    if (!problems.isEmpty()) {
      throw new AssertionError(problems.toString());
    }
    return states;
  }

  /** All frontends of all plans that one packet could be meant for, the one that wins first. */
  record Match(PortPlan port, Frontend frontend) {}

  static Optional<Match> match(
      List<ServicePlan> plans, IpAddress destination, int port, String protocol) {
    return plans.stream()
        .flatMap(plan -> plan.ports().stream())
        .filter(candidate -> candidate.key().protocol().name().equals(protocol))
        .flatMap(candidate -> candidate.frontends().stream().map(f -> new Match(candidate, f)))
        .filter(
            match ->
                match.frontend().address().equals(destination) && match.frontend().port() == port)
        .min(
            java.util.Comparator.comparing((Match match) -> match.frontend().kind())
                .thenComparing(match -> match.port().key()));
  }

  /** What a client meets, as the scenario files name it: {@code forward} has backends. */
  record Outcome(String verdict, Set<String> backends) {
    static Outcome of(String verdict) {
      return new Outcome(verdict, Set.of());
    }
  }
}
