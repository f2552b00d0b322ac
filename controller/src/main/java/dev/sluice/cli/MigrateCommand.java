// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "migrate",
    description = "From kube-proxy to Sluice: what is in the way on this node, and its removal.",
    mixinStandardHelpOptions = true,
    subcommands = {MigrateCheckCommand.class, MigrateCleanupCommand.class})
final class MigrateCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what: check or cleanup");
  }
}
