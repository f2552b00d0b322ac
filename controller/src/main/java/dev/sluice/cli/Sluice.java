// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.config.ConfigException;
import dev.sluice.dataplane.DataplaneException;
import dev.sluice.loader.BpfException;
import dev.sluice.node.NodeException;
import dev.sluice.source.SourceException;
import dev.sluice.verify.ScenarioException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code sluice} command. */
@Command(
    name = "sluice",
    description =
        "Forwards Service traffic with eBPF, in kube-proxy's place or without Kubernetes.",
    versionProvider = Version.class,
    mixinStandardHelpOptions = true,
    footer = {"", "'sluice COMMAND --help' explains a command."})
public final class Sluice {
  /** In the order of the help. */
  private static final SequencedMap<String, Class<?>> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put("run", RunCommand.class);
    COMMANDS.put("status", StatusCommand.class);
    COMMANDS.put("services", ServicesCommand.class);
    COMMANDS.put("events", EventsCommand.class);
    COMMANDS.put("trace", TraceCommand.class);
    COMMANDS.put("check", CheckCommand.class);
    COMMANDS.put("config", ConfigCommand.class);
    COMMANDS.put("prepare", PrepareCommand.class);
    COMMANDS.put("verify", VerifyCommand.class);
    COMMANDS.put("migrate", MigrateCommand.class);
    COMMANDS.put("detach", DetachCommand.class);
    COMMANDS.put("version", VersionCommand.class);
  }

  /** Those that take kube-proxy's flags. */
  private static final Set<String> LIKE_KUBE_PROXY = Set.of("run", "check", "prepare");

  private Sluice() {}

  public static void main(String[] arguments) {
    System.exit(execute(arguments));
  }

  private static int execute(String... arguments) {
    if (arguments.length > 0 && arguments[0].equals("run")) {
      RunCommand.warmUp();
    }
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
    // picocli reads all options of all commands that it has, which an agent's start would wait for.
    if (arguments.length > 0 && COMMANDS.containsKey(arguments[0])) {
      add(arguments[0], commandLine);
    } else {
      COMMANDS.keySet().forEach(name -> add(name, commandLine));
    }
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
    ConfigFile.applyTo(commandLine, arguments);
    return commandLine;
  }

  private static void add(String name, CommandLine commandLine) {
    CommandLine command = new CommandLine(COMMANDS.get(name));
    if (LIKE_KUBE_PROXY.contains(name)) {
      KubeProxyFlags.addTo(command.getCommandSpec());
    }
    commandLine.addSubcommand(name, command);
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
