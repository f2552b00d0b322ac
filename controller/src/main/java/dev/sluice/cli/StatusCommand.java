// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.server.AdminClient;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "status",
    description = {
      "Shows what the agent does: devices, tables, verdicts by hook and reason, problems.",
      "Exit status 0 if all is well, 1 if there is a problem, 3 if no agent is running."
    },
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  static final int NOT_RUNNING = 3;

  @Mixin private InstanceOptions instance;
  @Mixin private OutputOption output;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Optional<JsonNode> answer = AdminClient.ask(instance.adminSocket(), "status");
    if (answer.isEmpty()) {
      spec.commandLine().getErr().println(notRunning(instance));
      return NOT_RUNNING;
    }
    JsonNode status = answer.get();
    if (output.isJson()) {
      out.println(status.toPrettyString());
    } else {
      print(status, out);
    }
    return status.get("problems").isEmpty() ? 0 : 1;
  }

  /** What to say when the admin socket does not answer. */
  static String notRunning(InstanceOptions instance) {
    return instance.pins().exists()
        ? "sluice: the agent of %s is not running; its data plane goes on with the Services it had. Start it with 'sluice run', or end it with 'sluice detach'"
            .formatted(instance.description())
        : "sluice: %s does not exist on this node; 'sluice run' starts one"
            .formatted(instance.description());
  }

  private static void print(JsonNode status, PrintWriter out) {
    out.printf(
        "sluice %s, %s on node %s, pid %d, up %d s%n",
        status.get("version").asText(),
        "instance " + status.get("instance").asText(),
        status.get("node").asText(),
        status.get("pid").asLong(),
        status.get("uptimeSeconds").asLong());
    out.printf(
        "kernel %s, devices by %s, socket hooks: %s on %s%n",
        status.get("kernel").asText(),
        status.get("attach").asText(),
        status.get("socketHooks").asText(),
        status.get("cgroup").asText());
    JsonNode source = status.get("source");
    String lastEvent = source.get("lastEvent").asText();
    out.printf(
        "Services come from %s: %s%s%s%n",
        source.get("reads").asText(),
        source.get("state").asText(),
        lastEvent.isEmpty() ? "" : ", last event " + lastEvent,
        source.get("synced").asBoolean()
            ? ""
            : "; until its first full list is here, what an earlier agent installed stays in force");
    out.printf("pods are recognised by: %s%n", status.get("localTraffic").asText());
    status.get("fallbacks").forEach(line -> out.println("  " + line.asText()));
    out.println("devices");
    for (JsonNode device : status.get("devices")) {
      out.printf(
          "  %-16s %-8s link header %d%s%s%n",
          device.get("name").asText(),
          device.get("role").asText(),
          device.get("linkHeader").asInt(),
          device.get("detected").asBoolean() ? ", recognised as pods'" : "",
          xdp(device));
    }
    JsonNode occupancy = status.get("occupancy");
    JsonNode flows = status.get("flows");
    out.printf(
        "tables: %d Services, %d frontends, %d backends; %d flows, %d half-open (at the last collection)%n",
        status.get("services").asInt(),
        occupancy.get("frontends").asInt(),
        occupancy.get("backends").asInt(),
        flows.get("live").asInt(),
        flows.get("embryos").asInt());
    JsonNode stale = status.get("staleSockets");
    String lastFailure = stale.get("lastFailure").asText();
    out.printf(
        "connected UDP sockets whose backend was gone: %d destroyed, %d could not be%s%n",
        stale.get("destroyed").asLong(),
        stale.get("undestroyed").asLong(),
        lastFailure.isEmpty() ? "" : "; last failure: " + lastFailure);
    for (Map.Entry<String, JsonNode> hook : status.get("verdicts").properties()) {
      if (!hook.getValue().isEmpty()) {
        out.println("verdicts at " + hook.getKey());
        hook.getValue()
            .properties()
            .forEach(
                reason ->
                    out.printf("  %-24s %12d%n", reason.getKey(), reason.getValue().asLong()));
      }
    }
    if (!status.get("pressure").isEmpty()) {
      out.println("pressure");
      status
          .get("pressure")
          .properties()
          .forEach(
              signal -> out.printf("  %-24s %12d%n", signal.getKey(), signal.getValue().asLong()));
    }
    out.println(status.get("problems").isEmpty() ? "no problems" : "problems");
    status.get("problems").forEach(line -> out.println("  " + line.asText()));
  }

  /** Devices that XDP is not for say nothing of it. */
  private static String xdp(JsonNode device) {
    String mode = device.get("xdp").asText();
    String reason = device.get("xdpReason").asText();
    if (mode.equals("native")) {
      return ", xdp native";
    }
    return reason.isEmpty() ? "" : ", xdp " + mode + ": " + reason;
  }
}
