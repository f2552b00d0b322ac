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
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "events",
    description = {
      "Shows single packets and socket calls that were refused or dropped, each with its reason, and signals"
          + " that a table or a range is too small.",
      "Of many with the same reason only some are shown, the first one among them (see --sample-refusals of"
          + " 'sluice run'); 'sluice status' counts all. The agent keeps the newest 512.",
      "Exit status 3 if no agent is running."
    },
    mixinStandardHelpOptions = true)
final class EventsCommand implements Callable<Integer> {
  @Mixin private InstanceOptions instance;
  @Mixin private OutputOption output;

  @Option(
      names = {"-f", "--follow"},
      description = "go on with what happens from now on, until interrupted; JSON comes in lines")
  private boolean follow;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Optional<JsonNode> answer = AdminClient.ask(instance.adminSocket(), "events");
    if (answer.isEmpty()) {
      return notRunning();
    }
    if (!follow) {
      print(answer.get().get("events"));
      return 0;
    }
    while (answer.isPresent()) {
      JsonNode report = answer.get();
      report.get("events").forEach(event -> line(output.isJson() ? event.toString() : text(event)));
      out().flush();
      answer = AdminClient.ask(instance.adminSocket(), "events " + report.get("last").asLong());
    }
    return notRunning();
  }

  private int notRunning() {
    spec.commandLine().getErr().println(StatusCommand.notRunning(instance));
    return StatusCommand.NOT_RUNNING;
  }

  private void print(JsonNode events) {
    if (output.isJson()) {
      line(events.toPrettyString());
    } else {
      events.forEach(event -> line(text(event)));
    }
  }

  private void line(String text) {
    out().println(text);
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** An event in one line. */
  static String text(JsonNode event) {
    String head =
        event.get("time").asText()
            + " "
            + event.get("kind").asText()
            + " "
            + event.get("subject").asText();
    if (event.has("meaning")) {
      return head + ": " + event.get("meaning").asText();
    }
    StringBuilder line = new StringBuilder(head);
    line.append(" at ").append(event.get("hook").asText());
    if (event.has("device")) {
      line.append(" of ").append(event.get("device").asText());
    }
    if (event.has("destination")) {
      line.append(": ").append(event.get("protocol").asText()).append(' ');
      if (event.has("source")) {
        line.append(event.get("source").asText()).append(" > ");
      }
      line.append(event.get("destination").asText());
    }
    return line.toString();
  }
}
