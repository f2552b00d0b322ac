// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.server.AdminClient;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "services",
    description = {
      "Lists the Service ports that the agent serves, with frontends, backends and traffic.",
      "Exit status 3 if no agent is running."
    },
    mixinStandardHelpOptions = true)
final class ServicesCommand implements Callable<Integer> {
  @Mixin private InstanceOptions instance;
  @Mixin private OutputOption output;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Optional<JsonNode> answer = AdminClient.ask(instance.adminSocket(), "services");
    if (answer.isEmpty()) {
      spec.commandLine().getErr().println(StatusCommand.notRunning(instance));
      return StatusCommand.NOT_RUNNING;
    }
    if (output.isJson()) {
      out.println(answer.get().toPrettyString());
      return 0;
    }
    for (JsonNode port : answer.get()) {
      String portName = port.get("port").asText();
      out.printf(
          "%s/%s%s %s %s: %d connections, %d packets, %d bytes%n",
          port.get("namespace").asText(),
          port.get("name").asText(),
          portName.isEmpty() ? "" : ":" + portName,
          port.get("protocol").asText(),
          port.get("family").asText(),
          port.get("connections").asLong(),
          port.get("packets").asLong(),
          port.get("bytes").asLong());
      port.get("frontends").forEach(frontend -> out.println("  at " + frontend.asText()));
      port.get("backends").forEach(backend -> out.println("  -> " + backend.asText()));
      if (port.get("backends").isEmpty()) {
        out.println("  -> no ready backend");
      }
    }
    return 0;
  }
}
