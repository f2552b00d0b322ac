// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import static java.util.stream.Collectors.toUnmodifiableSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.LocalTraffic;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.plan.Frontend.Flag;
import dev.sluice.plan.Scenario.Match;
import dev.sluice.plan.Scenario.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Walks the flows of kube-proxy's own tests ({@code conformance/kube-proxy}) through plans, with a
 * plain reading of what a plan means in place of the data plane.
 */
class KubeProxyScenariosTest {
  private static final ObjectMapper JSON = new JsonMapper();

  @TempDir Path temporary;

  @TestFactory
  Stream<DynamicNode> everyFlowMeetsWhatItMeetsWithKubeProxy() throws IOException {
    Optional<Path> scenarios = scenarios();
    if (scenarios.isEmpty()) {
      // A test of its own: surefire loses the reason of a factory that is skipped as a whole.
      return Stream.of(DynamicTest.dynamicTest("skipped", KubeProxyScenariosTest::skip));
    }
    try (Stream<Path> files = Files.list(scenarios.get())) {
      return files.sorted().toList().stream().map(this::container);
    }
  }

  private static void skip() {
    String reason =
        "skipped: no scenario files in conformance/, in ../shared/conformance or where the system"
            + " property sluice.conformance points";
    System.out.println(reason);
    abort(reason);
  }

  private static Optional<Path> scenarios() {
    Path module = Path.of("").toAbsolutePath();
    return Stream.of(
            Optional.ofNullable(System.getProperty("sluice.conformance")).map(Path::of),
            Optional.of(module.resolve("../conformance")),
            Optional.of(module.resolve("../../shared/conformance")))
        .flatMap(Optional::stream)
        .map(path -> path.resolve("kube-proxy"))
        .filter(Files::isDirectory)
        .findFirst();
  }

  private DynamicNode container(Path file) {
    try {
      JsonNode scenario = JSON.readTree(file.toFile());
      return DynamicContainer.dynamicContainer(scenario.path("name").asText(), tests(scenario));
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(file.toString(), e);
    }
  }

  private Stream<DynamicTest> tests(JsonNode scenario) throws IOException, InterruptedException {
    NodeFacts node = Scenario.node(scenario.path("node"));
    ProxyConfig config = Scenario.config(scenario.path("config"));
    Planner planner = new Planner(node, config);
    Stream<DynamicTest> tests = Stream.of();
    int number = 0;
    for (JsonNode step : scenario.path("steps")) {
      number++;
      Path directory = Files.createTempDirectory(temporary, "step");
      JsonNode list =
          JSON.createObjectNode()
              .put("apiVersion", "v1")
              .put("kind", "List")
              .set("items", step.path("objects"));
      JSON.writeValue(directory.resolve("objects.json").toFile(), list);
      List<ServicePlan> plans = Scenario.states(directory).stream().map(planner::plan).toList();
      for (JsonNode flow : step.path("flows")) {
        String name = "step " + number + ": " + flow.path("name").asText();
        tests =
            Stream.concat(
                tests,
                Stream.of(
                    DynamicTest.dynamicTest(
                        name,
                        () ->
                            assertThat(outcome(flow, plans, node, config))
                                .isEqualTo(expected(flow.path("expect"))))));
      }
    }
    return tests;
  }

  private static Outcome expected(JsonNode expect) {
    Set<String> backends = new HashSet<>();
    expect.path("backends").forEach(backend -> backends.add(backend.asText()));
    return new Outcome(expect.path("verdict").asText(), backends);
  }

  private static Outcome outcome(
      JsonNode flow, List<ServicePlan> plans, NodeFacts node, ProxyConfig config) {
    IpAddress source = IpAddress.parse(flow.path("source").asText());
    IpAddress destination = IpAddress.parse(flow.path("destination").asText());
    boolean fromNode = flow.path("from").asText().equals("node");
    Optional<Match> match =
        Scenario.match(
                plans, destination, flow.path("port").asInt(), flow.path("protocol").asText())
            .filter(m -> fromNode || !m.frontend().flags().contains(Flag.NODE_SOCKETS_ONLY));
    if (match.isEmpty()) {
      return unknown(destination, plans, config);
    }
    Frontend frontend = match.get().frontend();
    if (!frontend.sourceRanges().isEmpty()
        && frontend.sourceRanges().stream().noneMatch(range -> range.contains(source))) {
      return Outcome.of("drop");
    }
    boolean inside = fromNode || recognisedAsPod(source, node, config.localTraffic());
    Route route = inside ? frontend.inside() : frontend.outside();
    if (route.backends().isEmpty()) {
      return Outcome.of(
          switch (route.whenEmpty()) {
            case REJECT -> "reject";
            case DROP -> "drop";
          });
    }
    return new Outcome(
        "forward", route.backends().stream().map(Backend::identity).collect(toUnmodifiableSet()));
  }

  private static Outcome unknown(
      IpAddress destination, List<ServicePlan> plans, ProxyConfig config) {
    if (plans.stream().anyMatch(plan -> plan.closedAddresses().contains(destination))) {
      return Outcome.of("reject");
    }
    boolean unallocated =
        config.mode() == ProxyConfig.Mode.NFTABLES && anyHolds(config.serviceCidrs(), destination);
    return Outcome.of(unallocated ? "drop" : "pass");
  }

  private static boolean recognisedAsPod(
      IpAddress source, NodeFacts node, LocalTraffic localTraffic) {
    IpFamily family = source.family();
    return localTraffic.recognisesPods(family, node)
        && switch (localTraffic.mode()) {
          case CLUSTER_CIDR -> anyHolds(localTraffic.clusterCidrs(), source);
          case NODE_CIDR -> anyHolds(node.podCidrs(), source);
          case BRIDGE_INTERFACE, INTERFACE_NAME_PREFIX ->
              throw new AssertionError("scenario files do not name interfaces");
        };
  }

  private static boolean anyHolds(List<Cidr> cidrs, IpAddress address) {
    return cidrs.stream().anyMatch(cidr -> cidr.contains(address));
  }
}
