// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.config.ConfigException;
import dev.sluice.dataplane.DataplaneException;
import dev.sluice.loader.BpfException;
import dev.sluice.node.NodeException;
import dev.sluice.source.SourceException;
import dev.sluice.verify.ScenarioException;
import java.io.UncheckedIOException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code sluice} command. */
@Command(
    name = "sluice",
    description =
        "Forwards Service traffic with eBPF, in kube-proxy's place or without Kubernetes.",
    versionProvider = Version.class,
    mixinStandardHelpOptions = true,
    subcommands = {
      RunCommand.class,
      StatusCommand.class,
      ServicesCommand.class,
      EventsCommand.class,
      TraceCommand.class,
      CheckCommand.class,
      ConfigCommand.class,
      PrepareCommand.class,
      VerifyCommand.class,
      MigrateCommand.class,
      DetachCommand.class,
      VersionCommand.class
    },
    footer = {"", "'sluice COMMAND --help' explains a command."})
public final class Sluice {
  private Sluice() {}

  public static void main(String[] arguments) {
    System.exit(execute(arguments));
  }

  private static int execute(String... arguments) {
    CommandLine commandLine;
    try {
      commandLine = commandLine(arguments);
    } catch (ConfigException e) {
      System.err.println("sluice: " + e.getMessage());
      return CommandLine.ExitCode.USAGE;
    }
    return commandLine.execute(arguments);
  }

  static CommandLine commandLine(String... arguments) {
    CommandLine commandLine = new CommandLine(new Sluice());
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setExecutionExceptionHandler(
        (exception, command, result) -> {
          if (isExplained(exception)) {
            command.getErr().println("sluice: " + exception.getMessage());
          } else {
            exception.printStackTrace(command.getErr());
          }
          return CommandLine.ExitCode.SOFTWARE;
        });
    for (String command : List.of("run", "check", "prepare")) {
      KubeProxyFlags.addTo(commandLine.getSubcommands().get(command).getCommandSpec());
    }
    ConfigFile.applyTo(commandLine, arguments);
    return commandLine;
  }

  /** Exceptions whose message is meant for the operator. */
  private static boolean isExplained(Exception exception) {
    return exception instanceof BpfException
        || exception instanceof DataplaneException
        || exception instanceof NodeException
        || exception instanceof SourceException
        || exception instanceof IllegalArgumentException
        || exception instanceof IllegalStateException
        || exception instanceof ScenarioException
        || exception instanceof UncheckedIOException;
  }
}
