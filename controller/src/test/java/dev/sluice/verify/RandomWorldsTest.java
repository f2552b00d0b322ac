// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.node.UnlessProgramsCannotRun;
import dev.sluice.plan.Planner;
import dev.sluice.reference.Ruling;
import dev.sluice.reference.world.World;
import dev.sluice.reference.world.Worlds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/** The real programs do with random packets in random worlds what the rules of kube-proxy say. */
@AddLifecycleHook(UnlessProgramsCannotRun.class)
class RandomWorldsTest {
  static final int WORLDS = 2000;

  /** Of each verdict; there are some five packets in a world. */
  private static final int PACKETS_OF_A_VERDICT = 500;

  /** That a rule decides, of those that the model counts. */
  private static final int PACKETS_OF_A_RULE = 5;

  private static final Set<Integer> COUNTED_RULES =
      Set.of(
          31, 40, 41, 42, 54, 55, 56, 57, 58, 65, 66, 69, 70, 101, 103, 104, 121, 123, 124, 129,
          147, 149, 155, 158);

  private static WorldTrial trial;

  @BeforeContainer
  static void load() {
    trial = new WorldTrial((node, config) -> new Planner(node, config)::plan);
  }

  @Provide
  Arbitrary<World> worlds() {
    return Worlds.worlds();
  }

  @ShowsRules({
    1, 2, 3, 4, 8, 9, 10, 15, 16, 17, 18, 19, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 35,
    37, 40, 41, 42, 43, 44, 47, 48, 49, 54, 55, 56, 57, 58, 59, 60, 61, 64, 65, 66, 68, 69, 70, 74,
    75, 76, 77, 79, 85, 89, 91, 92, 94, 95, 96, 98, 99, 100, 101, 103, 104, 121, 122, 123, 124, 125,
    126, 141, 142, 147, 149, 154, 155, 158, 266, 268, 273, 274
  })
  @AddLifecycleHook(EverythingWasTried.class)
  @Property(tries = WORLDS, edgeCases = EdgeCasesMode.NONE)
  void everyPacketMeetsWhatTheModelSays(@ForAll("worlds") World world) {
    assertThat(trial.differences(world)).isEmpty();
  }

  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void theScenarioFileThatIsPrintedSaysTheSame(@ForAll("worlds") World world) throws IOException {
    Path file = Files.createTempFile("world", ".yaml");
    try {
      Files.writeString(file, WorldScenario.yaml(world));
      Scenario printed = new ScenarioReader().read(file).getFirst();

      assertThat(printed.config()).isEqualTo(WorldScenario.read(world).config());
      assertThat(printed.steps()).isEqualTo(WorldScenario.read(world).steps());
    } finally {
      Files.delete(file);
    }
  }

  /** A random test that meets only {@code pass} shows nothing. */
  static final class EverythingWasTried implements AroundPropertyHook {
    @Override
    public PropertyExecutionResult aroundProperty(
        PropertyLifecycleContext context, PropertyExecutor property) {
      long started = System.nanoTime();
      PropertyExecutionResult result = property.execute();
      Duration took = Duration.ofNanos(System.nanoTime() - started);
      System.out.println(trial.tally() + " in " + took.toSeconds() + " s");
      if (result.status() != PropertyExecutionResult.Status.SUCCESSFUL) {
        return result;
      }
      try {
        everythingWasTried(trial.tally());
        return result;
      } catch (AssertionError e) {
        return result.mapToFailed(e);
      }
    }

    private static void everythingWasTried(Tally tally) {
      for (Ruling.Kind kind : EnumSet.complementOf(EnumSet.of(Ruling.Kind.OPEN))) {
        assertThat(tally.verdicts(kind)).as(kind.name()).isGreaterThan(PACKETS_OF_A_VERDICT);
      }
      for (int rule : COUNTED_RULES) {
        assertThat(tally.decidedBy(rule)).as("rule " + rule).isGreaterThan(PACKETS_OF_A_RULE);
      }
      assertThat(tally.verdicts(Ruling.Kind.OPEN))
          .as("packets that the rules leave open")
          .isLessThan(tally.packets() / 10);
    }
  }

  @AfterContainer
  static void close() {
    trial.close();
  }
}
