// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.migrate.Cleanup;
import dev.sluice.migrate.Cleanup.Outcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "cleanup",
    description = {
      "Removes what kube-proxy has left on this node, and nothing of anybody else: chains and jumps",
      "of iptables, tables of nftables, virtual servers and the device of IPVS mode, ipsets.",
      "Without --yes it says what it would remove. Run 'sluice migrate check' before it.",
      "Connections that iptables or nftables rules have translated go on, those of IPVS end.",
      "Exit status 0 if nothing is left, 1 if something is, 2 if something could not be searched."
    },
    mixinStandardHelpOptions = true)
final class MigrateCleanupCommand implements Callable<Integer> {
  @Option(names = "--yes", description = "do it")
  private boolean yes;

  @Option(
      names = "--force",
      description = "also while a kube-proxy runs, which may write its rules again")
  private boolean force;

  @Mixin private MigrateOptions options;
  @Mixin private OutputOption output;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Cleanup cleanup = options.migration().cleanup(yes, force);
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(cleanup));
    } else {
      cleanup.steps().forEach(out::println);
      cleanup.obstacles().forEach(out::println);
      out.println(summary(cleanup));
    }
    return exitStatus(cleanup);
  }

  private String summary(Cleanup cleanup) {
    if (cleanup.steps().isEmpty()) {
      return cleanup.obstacles().isEmpty()
          ? "nothing of kube-proxy is here"
          : "nothing was removed";
    }
    return yes
        ? "%d removed, %d failed"
            .formatted(count(cleanup, Outcome.REMOVED), count(cleanup, Outcome.FAILED))
        : "nothing was changed; with --yes it would be";
  }

  static int exitStatus(Cleanup cleanup) {
    return count(cleanup, Outcome.REMOVED) < cleanup.steps().size()
        ? MigrateCheckCommand.SOMETHING_TO_DO
        : MigrateCheckCommand.exitStatus(cleanup.obstacles());
  }

  private static long count(Cleanup cleanup, Outcome outcome) {
    return cleanup.steps().stream().filter(step -> step.outcome() == outcome).count();
  }
}
