// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.server.AdminClient;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "detach",
    description = {
      "Takes away all that an instance has put into the kernel: programs, maps, pins, reserved ports.",
      "Established connections through Services end. Run it in the node's network namespace, after",
      "the agent has stopped. What others have made is left alone."
    },
    mixinStandardHelpOptions = true)
final class DetachCommand implements Callable<Integer> {
  @Mixin private InstanceOptions instance;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (AdminClient.isAnswered(instance.adminSocket())) {
      spec.commandLine()
          .getErr()
          .println("sluice: the agent of " + instance.description() + " is running: stop it first");
      return 1;
    }
    out.println(
        Detachment.of(instance)
            ? "detached " + instance.description()
            : "there is nothing of " + instance.description());
    return 0;
  }
}
