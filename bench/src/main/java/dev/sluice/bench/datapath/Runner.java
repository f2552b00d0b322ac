// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.bench.common.Progress;
import dev.sluice.bench.common.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** Times stage after stage. */
final class Runner {
  private final int rounds;
  private final Progress progress;
  private final Consumer<Row> listener;
  private final List<Row> rows = new ArrayList<>();

  /**
   * @param listener gets each row as soon as it is there
   */
  Runner(int rounds, Progress progress, Consumer<Row> listener) {
    this.rounds = rounds;
    this.progress = progress;
    this.listener = listener;
  }

  /** Times the cases of some stages, and returns a row for each. */
  List<Row> run(List<Stage> stages) {
    progress.start(stages.stream().mapToLong(stage -> stage.packets(rounds + 1)).sum());
    for (Stage stage : stages) {
      if (!stage.cases().isEmpty()) {
        stage
            .network()
            .call(
                () -> {
                  stage.prepare().run();
                  progress.advance(stage.preparing());
                  stage.cases().forEach(this::time);
                  return null;
                });
      }
    }
    progress.end();
    return rows;
  }

  private void time(Case one) {
    List<Double> net = new ArrayList<>();
    // Round -1 warms up: caches, branch predictors and this JVM.
    for (int round = -1; round < rounds; round++) {
      double nanos = one.measurement().round(round);
      if (round >= 0) {
        net.add(nanos);
      }
      progress.advance(one.packets());
    }
    Optional<Target.Limit> target =
        one.target().limit(flows -> median(one.label().withFlows(flows)));
    Row row = Row.of(one, new Samples(net), target);
    rows.add(row);
    progress.interrupt();
    listener.accept(row);
  }

  private OptionalDouble median(Label label) {
    return rows.stream()
        .filter(row -> row.label().equals(label))
        .mapToDouble(Row::median)
        .findFirst();
  }
}
