// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import java.nio.file.Path;
import java.util.List;

/** The project's own scenarios, by topic: {@code src/test/resources/scenarios}. */
final class TopicScenarios {
  private static final Path FOLDER = Path.of("src/test/resources/scenarios");

  private TopicScenarios() {}

  /**
   * The scenarios of a file.
   *
   * @param name with its topic, without its ending
   */
  static List<Scenario> read(String name) {
    return new ScenarioReader().read(FOLDER.resolve(name + ".yaml"));
  }
}
