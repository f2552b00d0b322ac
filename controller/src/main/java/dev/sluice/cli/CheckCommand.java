// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.loader.Libbpf;
import dev.sluice.node.CheckResult;
import dev.sluice.node.Machine;
import dev.sluice.node.NodeNetwork;
import dev.sluice.node.Preflight;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "check",
    description = {
      "Tells whether Sluice can run on this node: one line for each check, with what to do.",
      "Changes nothing. Exit status 1 if a check failed."
    },
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  @Mixin private InstanceOptions instance;
  @Mixin private RunOptions options;
  @Mixin private OutputOption output;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    EffectiveConfiguration configuration = EffectiveConfiguration.of(spec, options);
    configuration.warnings().forEach(spec.commandLine().getErr()::println);
    List<CheckResult> results = preflight(instance, options);
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(results));
    } else {
      results.forEach(out::println);
    }
    return Preflight.passed(results) ? 0 : 1;
  }

  static List<CheckResult> preflight(InstanceOptions instance, RunOptions options) {
    // What cannot be meant, or not on this node, is named at once, before the kernel is looked at.
    try (NodeNetwork network = NodeNetwork.open()) {
      StartChecks.requireFit(options, network.image());
    }
    Preflight.Settings settings =
        new Preflight.Settings(
            instance.pinParent(),
            options.cgroup(),
            options.mapSizes().expectedBytes(),
            options.snatPorts(),
            options.nodePorts(),
            Libbpf::version);
    return new Preflight(Machine.real(), options.kernelFeatures(), settings).run();
  }
}
