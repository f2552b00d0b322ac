// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import static java.util.stream.Collectors.toUnmodifiableSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.model.LocalTraffic;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.plan.Frontend.Flag;
import dev.sluice.trial.Origin;
import dev.sluice.trial.Outcome;
import dev.sluice.trial.Verdict;
import dev.sluice.verify.Conformance;
import dev.sluice.verify.Flow;
import dev.sluice.verify.Scenario;
import dev.sluice.verify.ScenarioReader;
import dev.sluice.verify.Verification;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Walks the flows of kube-proxy's own tests ({@code conformance/kube-proxy}) through plans, with a
 * plain reading of what a plan means in place of the data plane.
 */
class KubeProxyScenariosTest {
  /** What one packet could be meant for. */
  private record Match(PortPlan port, Frontend frontend) {}

  @TestFactory
  Stream<DynamicNode> everyFlowMeetsWhatItMeetsWithKubeProxy() {
    Optional<Path> folder = Conformance.folder();
    if (folder.isEmpty()) {
      // A test of its own: surefire loses the reason of a factory that is skipped as a whole.
      return Stream.of(DynamicTest.dynamicTest("skipped", Conformance::skip));
    }
    ScenarioReader reader = new ScenarioReader();
    return Verification.files(List.of(folder.get())).stream()
        .flatMap(file -> reader.read(file).stream())
        .map(
            scenario ->
                DynamicContainer.dynamicContainer(
                    scenario.name(),
                    scenario.steps().stream().flatMap(step -> tests(scenario, step))));
  }

  private static Stream<DynamicTest> tests(Scenario scenario, Scenario.Step step) {
    Planner planner = new Planner(step.node(), scenario.config());
    List<ServicePlan> plans = step.states().stream().map(planner::plan).toList();
    int number = scenario.steps().indexOf(step) + 1;
    return step.flows().stream()
        .map(
            flow ->
                DynamicTest.dynamicTest(
                    "step " + number + ": " + flow.name(),
                    () ->
                        assertThat(outcome(flow, plans, step.node(), scenario.config()))
                            .isEqualTo(flow.expected())));
  }

  private static Outcome outcome(
      Flow flow, List<ServicePlan> plans, NodeFacts node, ProxyConfig config) {
    boolean fromNode = flow.from() == Origin.NODE;
    Optional<Match> match =
        match(plans, flow)
            .filter(m -> fromNode || !m.frontend().flags().contains(Flag.NODE_SOCKETS_ONLY));
    if (match.isEmpty()) {
      return unknown(flow.destination(), plans, config);
    }
    Frontend frontend = match.get().frontend();
    if (!frontend.sourceRanges().isEmpty()
        && frontend.sourceRanges().stream().noneMatch(range -> range.contains(flow.source()))) {
      return Outcome.of(Verdict.DROP);
    }
    boolean inside = fromNode || recognisedAsPod(flow.source(), node, config.localTraffic());
    Route route = inside ? frontend.inside() : frontend.outside();
    if (route.backends().isEmpty()) {
      return Outcome.of(
          switch (route.whenEmpty()) {
            case REJECT -> Verdict.REJECT;
            case DROP -> Verdict.DROP;
          });
    }
    return new Outcome(
        Verdict.FORWARD,
        route.backends().stream().map(Backend::identity).collect(toUnmodifiableSet()));
  }

  /** Of all frontends of all plans that the packet could be meant for, the one that wins. */
  private static Optional<Match> match(List<ServicePlan> plans, Flow flow) {
    return plans.stream()
        .flatMap(plan -> plan.ports().stream())
        .filter(candidate -> candidate.key().protocol() == flow.protocol())
        .flatMap(candidate -> candidate.frontends().stream().map(f -> new Match(candidate, f)))
        .filter(
            match ->
                match.frontend().address().equals(flow.destination())
                    && match.frontend().port() == flow.port())
        .min(
            Comparator.comparing((Match match) -> match.frontend().kind())
                .thenComparing(match -> match.port().key()));
  }

  private static Outcome unknown(
      IpAddress destination, List<ServicePlan> plans, ProxyConfig config) {
    if (plans.stream().anyMatch(plan -> plan.closedAddresses().contains(destination))) {
      return Outcome.of(Verdict.REJECT);
    }
    return Outcome.of(
        anyHolds(config.guardedNetworks(), destination) ? Verdict.DROP : Verdict.PASS);
  }

  private static boolean recognisedAsPod(
      IpAddress source, NodeFacts node, LocalTraffic localTraffic) {
    return localTraffic.recognisesPods(source.family(), node)
        && localTraffic.podNetworks(node).stream().anyMatch(cidr -> cidr.contains(source));
  }

  private static boolean anyHolds(List<Cidr> cidrs, IpAddress address) {
    return cidrs.stream().anyMatch(cidr -> cidr.contains(address));
  }
}
