// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.node.CgroupRoot;
import dev.sluice.node.NodeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The real programs on this machine's kernel, loaded once for a class of tests. Tests are skipped
 * where they cannot run.
 */
final class LoadedVerification implements BeforeAllCallback, AfterAllCallback {
  private Optional<Verification> verification = Optional.empty();
  private String cannotRun = "";

  @Override
  public void beforeAll(ExtensionContext context) {
    try {
      verification = Optional.of(new Verification());
    } catch (NodeException e) {
      cannotRun = "skipped: " + e.getMessage();
      System.out.println(cannotRun);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    verification.ifPresent(Verification::close);
    if (verification.isPresent()) {
      Path root = CgroupRoot.find(Path.of("/"), Optional.empty()).path();
      assertThat(root.resolve("sluice-private-" + ProcessHandle.current().pid())).doesNotExist();
    }
  }

  /** What every flow of the scenario has met. */
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
              public void note(Scenario ofScenario, int step, String text) {
                // The scenarios say what is to come of it.
              }
            });
    return results;
  }

  /** Fails unless every flow of the scenario meets what it is to meet. */
  void assertPasses(Scenario scenario) {
    List<Result> results = run(scenario);
    assertThat(results).isNotEmpty();
    assertThat(results.stream().flatMap(result -> difference(result).stream()))
        .as(scenario.name())
        .isEmpty();
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
