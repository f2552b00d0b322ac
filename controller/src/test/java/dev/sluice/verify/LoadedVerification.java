// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.node.CgroupRoot;
import dev.sluice.node.NodeException;
import dev.sluice.trial.Origin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The real programs on this machine's kernel, loaded once for a class of tests. Tests are skipped
 * where they cannot run.
 */
final class LoadedVerification implements BeforeAllCallback, AfterAllCallback {
  private final Optional<PacketHook> hook;
  private Optional<Verification> verification = Optional.empty();
  private String cannotRun = "";

  /** For every flow. */
  LoadedVerification() {
    this(Optional.empty());
  }

  /** For the flows that come by a hook, if one is named. */
  LoadedVerification(Optional<PacketHook> hook) {
    this.hook = hook;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    try {
      verification = Optional.of(new Verification(hook));
    } catch (NodeException e) {
      cannotRun = "skipped: " + e.getMessage();
      System.out.println(cannotRun);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    verification.ifPresent(Verification::close);
    // Only sockets need a cgroup, and tests by packets may end while others still have one.
    if (verification.isPresent() && hook.isEmpty()) {
      Path root = CgroupRoot.find(Path.of("/"), Optional.empty()).path();
      assertThat(root.resolve("sluice-private-" + ProcessHandle.current().pid())).doesNotExist();
    }
  }

  /** What every flow of the scenario has met, but those that do not come by the hook. */
  List<Result> run(Scenario scenario) {
    assumeTrue(verification.isPresent(), cannotRun);
    List<Result> results = new ArrayList<>();
    verification
        .orElseThrow()
        .run(
            scenario,
            new Verification.Listener() {
              @Override
              public void ran(Result result) {
                results.add(result);
              }

              @Override
              public void leftOut(Scenario ofScenario, int step, Flow flow, String why) {
                assertThat(flow.from()).as(flow + " " + why).isNotEqualTo(Origin.EXTERNAL);
              }

              @Override
              public void note(Scenario ofScenario, int step, String text) {
                // The scenarios say what is to come of it.
              }
            });
    return results;
  }

  /** Fails unless every flow of the scenario that comes by the hook meets what it is to meet. */
  void assertPasses(Scenario scenario) {
    List<Result> results = run(scenario);
    assertThat(results).as("flows that were run").hasSize((int) flows(scenario).count());
    assertThat(results.stream().flatMap(result -> difference(result).stream()))
        .as(scenario.name())
        .isEmpty();
  }

  /** The flows of a scenario that come by the hook. */
  Stream<Flow> flows(Scenario scenario) {
    return scenario.steps().stream()
        .flatMap(step -> step.flows().stream())
        .filter(flow -> hook.flatMap(only -> only.leavesOut(flow.from())).isEmpty());
  }

  private static Optional<String> difference(Result result) {
    Flow flow = result.flow();
    return result
        .difference()
        .map(
            found ->
                "step %d, %s (%s): expected %s, found %s"
                    .formatted(result.step(), flow.name(), flow, flow.expected(), found));
  }
}
