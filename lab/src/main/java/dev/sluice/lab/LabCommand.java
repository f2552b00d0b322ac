// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import dev.sluice.lab.LabState.HostState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line behind {@code lab/run.sh}. */
@Command(
    name = "lab/run.sh",
    description = "Keeps a small Kubernetes-like network on this machine to look around in.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class LabCommand {
  private LabCommand() {}

  public static void main(String[] arguments) {
    CommandLine commandLine =
        new CommandLine(new LabCommand())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(LabCommand::report);
    System.exit(commandLine.execute(arguments));
  }

  private static int report(
      Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) throws Exception {
    if (!(failure instanceof LabException)) {
      throw failure;
    }
    commandLine.getErr().println("lab: " + failure.getMessage());
    return 1;
  }

  @Command(description = "Brings a lab up and leaves it running.", mixinStandardHelpOptions = true)
  int up(
      @Option(
              names = "--layout",
              description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}",
              defaultValue = "routed")
          Layout layout,
      @Option(names = "--id", description = "Names the lab; default: random") String id,
      @Option(names = "--tun", description = "Adds a client behind a tun device") boolean tun,
      @Option(names = "--nginx", description = "Starts nginx in every pod, on port 8080")
          boolean nginx,
      @Option(names = "--no-servers", description = "Starts no echo servers") boolean noServers) {
    LabOptions options = LabOptions.of(layout);
    options = id == null ? options : options.withId(id);
    options = tun ? options.withTunClient() : options;
    options = nginx ? options.withNginx() : options;
    options = noServers ? options.withoutServers() : options;
    Lab lab = Lab.start(options);
    lab.detach();
    print(lab.state());
    System.out.printf(
        """

        Look around:
          lab/run.sh shell pod-a                           a shell in a pod
          lab/run.sh shell client -- nc %s 9000    who answers there?
          lab/run.sh status                                addresses and processes
          lab/run.sh down                                  remove the lab
        """,
        lab.node("node-1").address(AddressFamily.IPV4).getHostAddress());
    return 0;
  }

  @Command(description = "Lists the labs of this machine.", mixinStandardHelpOptions = true)
  int list() {
    for (String id : LabState.ids()) {
      System.out.printf(
          "%-9s %s%n",
          id,
          LabState.find(id).map(LabCommand::summary).orElse("broken: lab/run.sh down --id " + id));
    }
    return 0;
  }

  @Command(
      description = "Prints the hosts of a lab, their addresses and processes.",
      mixinStandardHelpOptions = true)
  int status(@Option(names = "--id", description = "Which lab; default: the only one") String id) {
    print(LabState.read(id == null ? onlyLab() : id));
    return 0;
  }

  @Command(
      description = "Removes a lab, and those whose process has died.",
      mixinStandardHelpOptions = true)
  int down(
      @Option(names = "--id", description = "Which lab; default: the only one that was left up")
          String id,
      @Option(names = "--all", description = "All that were left up") boolean all) {
    Set<String> chosen = new TreeSet<>(stale());
    if (id != null) {
      if (Leftovers.find(id).isEmpty()) {
        throw new LabException("no lab '%s'; there are: %s".formatted(id, LabState.ids()));
      }
      chosen.add(id);
    } else {
      List<String> leftUp = leftUp();
      if (!all && leftUp.size() > 1) {
        throw new LabException("choose one with --id, or --all; there are: " + leftUp);
      }
      chosen.addAll(leftUp);
    }
    for (String each : chosen) {
      Leftovers.remove(each);
      System.out.println("removed " + each);
    }
    return 0;
  }

  private static List<String> stale() {
    return labs().filter(LabState::ownerIsGone).map(LabState::id).toList();
  }

  private static List<String> leftUp() {
    return labs().filter(state -> state.owner() == 0).map(LabState::id).toList();
  }

  private static Stream<LabState> labs() {
    return LabState.ids().stream().map(LabState::find).flatMap(Optional::stream);
  }

  private static String summary(LabState state) {
    return "%-7s %s".formatted(name(state.layout()), owner(state));
  }

  private static String onlyLab() {
    List<String> ids = LabState.ids();
    if (ids.size() != 1) {
      throw new LabException("choose one with --id; there are: " + ids);
    }
    return ids.getFirst();
  }

  private static String owner(LabState state) {
    if (state.owner() == 0) {
      return "left up";
    }
    return state.ownerIsGone()
        ? "process %d has died: lab/run.sh down removes it".formatted(state.owner())
        : "of process %d".formatted(state.owner());
  }

  private static void print(LabState state) {
    System.out.printf("lab %s, layout %s%n", state.id(), name(state.layout()));
    for (HostState host : state.hosts()) {
      System.out.printf(
          "  %-11s %-12s %-15s %s%n",
          host.name(), host.ipv4(), host.ipv6(), processes(Path.of(host.cgroup())));
    }
  }

  private static String processes(Path cgroup) {
    try (var lines = Files.lines(cgroup.resolve("cgroup.procs"))) {
      return "processes: %d".formatted(lines.count());
    } catch (IOException gone) {
      return "gone";
    }
  }

  private static String name(Layout layout) {
    return layout.name().toLowerCase(Locale.ROOT);
  }
}
