// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.config.ConfigException;
import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/**
 * What a command printed and how it ended; it runs in this process.
 *
 * @param status its exit status
 */
record CommandRun(int status, String out, String err) {
  static CommandRun of(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status;
    try {
      CommandLine sluice = Sluice.commandLine(arguments);
      sluice.setOut(new PrintWriter(out));
      sluice.setErr(new PrintWriter(err));
      status = sluice.execute(arguments);
    } catch (ConfigException e) {
      err.append(e.getMessage());
      status = CommandLine.ExitCode.USAGE;
    }
    return new CommandRun(status, out.toString(), err.toString());
  }
}
