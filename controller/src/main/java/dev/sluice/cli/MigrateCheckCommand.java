// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.migrate.Finding;
import dev.sluice.migrate.Finding.Level;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "check",
    description = {
      "Finds what kube-proxy has left on this node, and rules of others that mean something else",
      "with Sluice. Changes nothing. Run it as root in the node's network and PID namespaces.",
      "Exit status 0 if nothing is in the way, 1 if there is something to do, 2 if there is nothing",
      "known to do but something could not be searched."
    },
    mixinStandardHelpOptions = true)
final class MigrateCheckCommand implements Callable<Integer> {
  static final int NOTHING_TO_DO = 0;
  static final int SOMETHING_TO_DO = 1;
  static final int NOT_SEARCHED = 2;

  @Mixin private MigrateOptions options;
  @Mixin private OutputOption output;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    List<Finding> findings = options.migration().check();
    String verdict = verdict(findings);
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(
          new ObjectMapper()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsString(Map.of("verdict", verdict, "findings", findings)));
    } else {
      findings.forEach(out::println);
      out.println(verdict);
    }
    return exitStatus(findings);
  }

  static int exitStatus(List<Finding> findings) {
    if (count(findings, Level.TODO) > 0) {
      return SOMETHING_TO_DO;
    }
    return count(findings, Level.UNKNOWN) > 0 ? NOT_SEARCHED : NOTHING_TO_DO;
  }

  private static String verdict(List<Finding> findings) {
    long todo = count(findings, Level.TODO);
    long unknown = count(findings, Level.UNKNOWN);
    String unsearched = unknown == 0 ? "" : "; " + unknown + " could not be searched";
    return todo == 0
        ? "nothing of kube-proxy is in the way" + unsearched
        : "%d to do%s".formatted(todo, unsearched);
  }

  private static long count(List<Finding> findings, Level level) {
    return findings.stream().filter(finding -> finding.level() == level).count();
  }
}
