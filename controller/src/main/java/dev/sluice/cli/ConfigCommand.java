// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "config",
    description = "Tells what a configuration file means.",
    subcommands = ConfigCheckCommand.class,
    mixinStandardHelpOptions = true)
final class ConfigCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "give a subcommand: check");
  }
}
