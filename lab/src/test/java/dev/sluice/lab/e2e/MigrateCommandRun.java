// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import dev.sluice.lab.LabProcess;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.SluiceHome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A run of {@code sluice migrate} on a node.
 *
 * @param status its exit status
 * @param text what it printed, standard output and error together
 */
record MigrateCommandRun(int status, String text) {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  static MigrateCommandRun on(NodeHost node, String... arguments) {
    return prefixed(node, List.of(), arguments);
  }

  /** Likewise, started by another command. */
  static MigrateCommandRun prefixed(NodeHost node, List<String> prefix, String... arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(List.of(SluiceHome.launcher().toString(), "migrate"));
    command.addAll(List.of(arguments));
    LabProcess process = node.start(command.toArray(String[]::new));
    int status = process.awaitExit(PATIENCE);
    return new MigrateCommandRun(status, process.log());
  }

  /** The lines that begin with a word, about something. */
  List<String> lines(String level, String where) {
    return text.lines().filter(line -> line.matches(level + " +" + where + " .*")).toList();
  }
}
