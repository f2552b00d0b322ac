// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Runs scenarios through the real programs, offline: nothing is attached but to this process's own
 * sockets, and no running agent is touched. Needs root.
 */
public final class Verification implements AutoCloseable {
  private static final Set<String> ENDINGS = Set.of(".json", ".yaml", ".yml");

  private final Optional<PacketHook> hook;
  private final Testbed testbed = new Testbed();

  /** Runs every flow by the programs that it meets on a node without XDP. */
  public Verification() {
    this(Optional.empty());
  }

  /**
   * Loads the programs.
   *
   * @param hook the one to run flows through, and only those that come by it; empty for all flows,
   *     by sockets and tc
   */
  public Verification(Optional<PacketHook> hook) {
    this.hook = hook;
    if (hook.filter(PacketHook.XDP::equals).isPresent()) {
      try {
        inNetwork(testbed::useXdp);
      } catch (RuntimeException e) {
        testbed.close();
        throw e;
      }
    }
  }

  /** Hears of each flow as soon as it has run. */
  public interface Listener {
    void ran(Result result);

    /** The flow does not come by the hook that is asked for. */
    void leftOut(Scenario scenario, int step, Flow flow, String why);

    /** Something of a step's objects is not installed as written. */
    void note(Scenario scenario, int step, String text);
  }

  /**
   * The scenario files that are meant: a file itself, and all in a directory and below that end in
   * .json, .yaml or .yml, in order of their names.
   *
   * @throws ScenarioException if there is nothing there
   */
  public static List<Path> files(List<Path> paths) {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (!Files.isDirectory(path)) {
        files.add(path);
        continue;
      }
      try (Stream<Path> tree = Files.walk(path)) {
        List<Path> found =
            tree.filter(Files::isRegularFile).filter(Verification::isScenario).sorted().toList();
        if (found.isEmpty()) {
          throw new ScenarioException(
              path.toString(), "", "holds no file that ends in .json, .yaml or .yml");
        }
        files.addAll(found);
      } catch (IOException e) {
        throw new ScenarioException(path.toString(), "", "cannot be read: " + e.getMessage());
      }
    }
    return files;
  }

  private static boolean isScenario(Path path) {
    return ENDINGS.stream().anyMatch(ending -> path.toString().endsWith(ending));
  }

  /** Runs all steps of a scenario. */
  public void run(Scenario scenario, Listener listener) {
    inNetwork(() -> runInNetwork(scenario, listener));
  }

  private void inNetwork(Runnable work) {
    testbed
        .node()
        .network()
        .call(
            () -> {
              work.run();
              return null;
            });
  }

  private void runInNetwork(Scenario scenario, Listener listener) {
    testbed.clear();
    int number = 0;
    for (Scenario.Step step : scenario.steps()) {
      number++;
      List<String> notes = new ArrayList<>(step.warnings());
      notes.addAll(testbed.install(scenario.config(), step));
      for (String note : notes) {
        listener.note(scenario, number, note);
      }
      for (Flow flow : step.flows()) {
        Optional<String> leftOut = hook.flatMap(only -> only.leavesOut(flow.from()));
        if (leftOut.isPresent()) {
          listener.leftOut(scenario, number, flow, leftOut.get());
          continue;
        }
        Found found = testbed.run(flow);
        Optional<String> difference =
            found.meets(flow.expected()) ? Optional.empty() : Optional.of(found.toString());
        listener.ran(new Result(scenario, number, flow, difference));
      }
    }
  }

  @Override
  public void close() {
    testbed.close();
  }
}
