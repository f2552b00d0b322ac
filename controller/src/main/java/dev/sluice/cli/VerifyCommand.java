// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.dataplane.DataplaneException;
import dev.sluice.loader.BpfException;
import dev.sluice.node.KernelFeature;
import dev.sluice.node.KernelFeatures;
import dev.sluice.node.NodeException;
import dev.sluice.verify.Flow;
import dev.sluice.verify.PacketHook;
import dev.sluice.verify.Result;
import dev.sluice.verify.Scenario;
import dev.sluice.verify.ScenarioException;
import dev.sluice.verify.ScenarioReader;
import dev.sluice.verify.Verification;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "verify",
    description = {
      "Runs scenario files through the real programs, offline: a node, its Services, and what first",
      "packets are to meet. Attaches nothing to a device and touches no running agent. Needs root.",
      "Exit status 1 if a flow differs, 2 if a file cannot be read, 3 if the programs cannot run here."
    },
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  private static final int DIFFERS = 1;
  private static final int BROKEN = 2;
  private static final int CANNOT_RUN = 3;

  /** Without it sockets are refused by the packet path, so otherwise than scenarios say. */
  private static final String TOO_OLD =
      "sluice: verify needs Linux %s or later (bpf_set_retval()); it need not be a node's kernel"
          .formatted(KernelFeature.SET_RETVAL.since());

  @Parameters(
      paramLabel = "FILE|DIR",
      arity = "1..*",
      description = "scenario files (JSON or YAML), and directories of them")
  private List<Path> paths;

  @Option(
      names = "--hook",
      paramLabel = "tc|xdp",
      description =
          "run by packets through this hook only: tc; or xdp, a NIC's, where tc gets what XDP passes"
              + " on. What does not come by the hook is not run: the node's own sockets, and with"
              + " xdp pods. Default: tc for pods and from outside, sockets for the node")
  private Optional<PacketHook> hook = Optional.empty();

  @Mixin private OutputOption output;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<String> broken = new ArrayList<>();
    List<Scenario> scenarios = read(broken);
    broken.forEach(spec.commandLine().getErr()::println);
    Run run = new Run(scenarios);
    if (!scenarios.isEmpty()) {
      if (!KernelFeatures.detect(Path.of("/")).has(KernelFeature.SET_RETVAL)) {
        spec.commandLine().getErr().println(TOO_OLD);
        return CANNOT_RUN;
      }
      try (Verification verification = new Verification(hook)) {
        scenarios.forEach(scenario -> verification.run(scenario, run));
      } catch (BpfException | DataplaneException | NodeException e) {
        spec.commandLine().getErr().println("sluice: " + e.getMessage());
        return CANNOT_RUN;
      }
    }
    run.summarise(broken);
    if (!broken.isEmpty()) {
      return BROKEN;
    }
    return run.failed.isEmpty() ? 0 : DIFFERS;
  }

  private List<Scenario> read(List<String> broken) {
    ScenarioReader reader = new ScenarioReader();
    List<Scenario> scenarios = new ArrayList<>();
    List<Path> files;
    try {
      files = Verification.files(paths);
    } catch (ScenarioException e) {
      broken.add(e.getMessage());
      return scenarios;
    }
    for (Path file : files) {
      try {
        scenarios.addAll(reader.read(file));
      } catch (ScenarioException e) {
        broken.add(e.getMessage());
      }
    }
    return scenarios;
  }

  /** Prints as it goes and counts. */
  private final class Run implements Verification.Listener {
    private static final Duration QUIET = Duration.ofSeconds(2);

    private final PrintWriter out = spec.commandLine().getOut();
    private final PrintWriter err = spec.commandLine().getErr();
    private final List<Scenario> scenarios;
    private final long total;
    private final List<Result> failed = new ArrayList<>();
    private long flows;
    private long leftOut;
    private long told = System.nanoTime();

    Run(List<Scenario> scenarios) {
      this.scenarios = scenarios;
      this.total =
          scenarios.stream()
              .flatMap(scenario -> scenario.steps().stream())
              .mapToLong(step -> step.flows().size())
              .sum();
    }

    @Override
    public void ran(Result result) {
      flows++;
      if (!result.passed()) {
        failed.add(result);
      }
      if (!output.isJson()) {
        out.printf("%s  %s%n", result.passed() ? "pass" : "FAIL", place(result));
        result
            .difference()
            .ifPresent(
                found ->
                    out.printf(
                        "      %s%n      expected %s%n      found    %s%n",
                        result.flow(), result.flow().expected(), found));
      }
      tellProgress();
    }

    @Override
    public void leftOut(Scenario scenario, int step, Flow flow, String why) {
      leftOut++;
      if (!output.isJson()) {
        out.printf("skip  %s%n      not run: %s%n", place(scenario, step, flow), why);
      }
    }

    private void tellProgress() {
      if (System.nanoTime() - told > QUIET.toNanos()) {
        told = System.nanoTime();
        err.printf("sluice: %d of %d flows%n", flows + leftOut, total);
        err.flush();
      }
    }

    @Override
    public void note(Scenario scenario, int step, String text) {
      err.printf("sluice: %s, step %d: %s%n", scenario.name(), step, text);
    }

    private static String place(Result result) {
      return place(result.scenario(), result.step(), result.flow());
    }

    private static String place(Scenario scenario, int step, Flow flow) {
      return "%s, step %d: %s".formatted(scenario.name(), step, flow.name());
    }

    void summarise(List<String> broken) {
      if (!output.isJson()) {
        out.printf(
            "%d scenarios, %d flows: %d passed, %d failed%s%n",
            scenarios.size(),
            flows,
            flows - failed.size(),
            failed.size(),
            leftOut == 0 ? "" : "; " + leftOut + " more not run");
        return;
      }
      ObjectNode report = new ObjectMapper().createObjectNode();
      report.put("scenarios", scenarios.size());
      report.put("flows", flows);
      report.put("passed", flows - failed.size());
      report.put("failed", failed.size());
      report.put("skipped", leftOut);
      ArrayNode failures = report.putArray("failures");
      for (Result result : failed) {
        failures
            .addObject()
            .put("file", result.scenario().file())
            .put("scenario", result.scenario().name())
            .put("step", result.step())
            .put("flow", result.flow().name())
            .put("packet", result.flow().toString())
            .put("expected", result.flow().expected().toString())
            .put("found", result.difference().orElse(""));
      }
      if (!broken.isEmpty()) {
        broken.forEach(report.putArray("errors")::add);
      }
      out.println(report.toPrettyString());
    }
  }
}
