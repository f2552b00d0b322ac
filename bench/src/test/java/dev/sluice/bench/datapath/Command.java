// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/**
 * What a run of the command gave.
 *
 * @param status its exit status
 */
record Command(int status, String out, String err) {
  static Command run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = DatapathBenchmark.commandLine();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err));
    return new Command(command.execute(arguments), out.toString(), err.toString());
  }
}
