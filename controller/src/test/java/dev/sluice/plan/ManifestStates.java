// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import dev.sluice.model.ServiceState;
import dev.sluice.source.ServiceSource;
import dev.sluice.source.SourceProblem;
import dev.sluice.source.manifests.ManifestDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The objects of a directory. */
final class ManifestStates {
  private ManifestStates() {}

  /** Reads a directory the way the agent does. */
  static List<ServiceState> read(Path directory) throws InterruptedException {
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
}
