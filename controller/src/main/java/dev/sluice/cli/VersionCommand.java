// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.loader.Libbpf;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "version",
    description = "Prints the versions of Sluice, Java, libbpf and the kernel.",
    mixinStandardHelpOptions = true)
final class VersionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine()
        .getOut()
        .printf(
            "sluice %s, Java %s, libbpf %s, kernel %s%n",
            Version.text(), Runtime.version(), Libbpf.version(), System.getProperty("os.version"));
    return 0;
  }
}
