// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.node.UnlessProgramsCannotRun;
import dev.sluice.reference.world.World;
import dev.sluice.reference.world.Worlds;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.GenerationMode;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Would {@link RandomWorldsTest} notice if one of kube-proxy's rules were broken? */
@AddLifecycleHook(UnlessProgramsCannotRun.class)
class PlanMutationTest {
  private static final int CONTROL_WORLDS = 200;

  private static final List<Mutation> MUTATIONS =
      List.of(
          new Mutation(
              40,
              "terminating endpoints are of no use although none is ready",
              "EndpointLists",
              "fallbackOr(Reason.NONE_ANYWHERE, fallback)",
              "fallbackOr(Reason.NONE_ANYWHERE, List.of())"),
          new Mutation(
              33,
              "local is what is on another node",
              "EndpointMerge",
              "endpoint.nodeName().get().equals(node.name())",
              "!endpoint.nodeName().get().equals(node.name())"),
          new Mutation(
              55,
              "zone hints are ignored",
              "TopologyFilter",
              "if (zone.isPresent() && hintsApply(",
              "if (zone.isPresent() && zone.get().isEmpty() && hintsApply("),
          new Mutation(
              56,
              "hints are used although an endpoint lacks one",
              "TopologyFilter",
              "return false;",
              "continue;"),
          new Mutation(
              47,
              "the internal policy governs external traffic",
              "FrontendExpansion",
              "routes.route(service.externalTrafficPolicy(), Algorithm.MAGLEV)",
              "routes.route(service.internalTrafficPolicy(), Algorithm.MAGLEV)"),
          new Mutation(
              123,
              "pods and the node get the Local list, too",
              "FrontendExpansion",
              "routes.route(TrafficPolicy.CLUSTER, Algorithm.RANDOM)",
              "routes.route(service.externalTrafficPolicy(), Algorithm.RANDOM)"),
          new Mutation(
              91,
              "source ranges restrict node ports",
              "FrontendExpansion",
              "Kind.NODE_PORT, SourceRanges.EVERYBODY, routes)",
              "Kind.NODE_PORT, sourceRanges, routes)"),
          new Mutation(
              99,
              "addresses of a load balancer in proxy mode are captured",
              "ServiceAddresses",
              "entry.mode() == Mode.VIP",
              "entry.mode() != null"),
          new Mutation(
              31,
              "of two copies of an endpoint the terminating one wins",
              "EndpointMerge",
              "Comparator.comparing(MergedEndpoint::terminating)",
              "Comparator.comparing((MergedEndpoint endpoint) -> !endpoint.terminating())"),
          new Mutation(
              149,
              "no endpoint here is a rejection",
              "RouteChoice",
              "lists.hasEndpoints() ? WhenEmpty.DROP : WhenEmpty.REJECT",
              "WhenEmpty.REJECT"),
          new Mutation(
              154, "clients are not pinned", "Planner", "service.affinitySeconds(),", "0,"),
          new Mutation(
              104,
              "nftables mode rejects before it looks at the source",
              "FrontendExpansion",
              "mode == Mode.IPTABLES && !lists.hasEndpoints()",
              "!lists.hasEndpoints()"),
          new Mutation(
              77,
              "a family that no CIDR is of has no node port addresses",
              "NodePortAddresses",
              "!primary && !localhost && cidrs.isEmpty()",
              "words.isEmpty()"),
          new Mutation(
              79,
              "loopback node ports cannot be switched off",
              "NodePortAddresses",
              "&& config.localhostNodePorts()",
              ""),
          new Mutation(
              69,
              "nftables mode leaves other ports of a clusterIP alone",
              "Planner",
              "config.mode() == Mode.NFTABLES ? clusterIps : List.of()",
              "List.of()"),
          new Mutation(
              3,
              "another proxy's Services are served",
              "Planner",
              "&& !service.labels().containsKey(WellKnown.SERVICE_PROXY_NAME)",
              ""));

  private static Testbed.Planning planning = new MutatedPlanner(Optional.empty());
  private static WorldTrial trial;
  private static long started;

  @BeforeContainer
  static void load() {
    started = System.nanoTime();
    trial = new WorldTrial((node, config) -> planning.on(node, config));
  }

  @Provide
  Arbitrary<Mutation> mutations() {
    return Arbitraries.of(MUTATIONS);
  }

  @Property(generation = GenerationMode.EXHAUSTIVE)
  void aBrokenRuleIsFound(@ForAll("mutations") Mutation mutation) {
    planning = new MutatedPlanner(Optional.of(mutation));
    Supplier<World> worlds = worlds();
    int tried = 1;
    while (trial.differences(worlds.get()).isEmpty()) {
      assertThat(tried)
          .as("worlds in which nobody notices: %s", mutation)
          .isLessThan(RandomWorldsTest.WORLDS);
      tried++;
    }
    System.out.println("found in world " + tried + ": " + mutation);
  }

  /** Nothing is found where nothing is broken. */
  @Example
  void theSameClassesUnchangedPass() {
    planning = new MutatedPlanner(Optional.empty());
    Supplier<World> worlds = worlds();
    for (int tried = 0; tried < CONTROL_WORLDS; tried++) {
      assertThat(trial.differences(worlds.get())).isEmpty();
    }
  }

  private static Supplier<World> worlds() {
    Random random = new Random();
    var generator = Worlds.worlds().generator(RandomWorldsTest.WORLDS, false);
    return () -> generator.next(random).value();
  }

  @AfterContainer
  static void close() {
    System.out.println(
        MUTATIONS.size()
            + " mutations in "
            + Duration.ofNanos(System.nanoTime() - started).toSeconds()
            + " s");
    trial.close();
  }
}
