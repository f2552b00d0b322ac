// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** A trace as lines for people: a word on the left, what it is on the right. */
final class TraceText {
  private static final int CANDIDATES_SHOWN = 8;

  private final List<String> lines = new ArrayList<>();

  private TraceText() {}

  /**
   * Writes an answer.
   *
   * @param trace an {@link dev.sluice.trace.Explanation}
   */
  static List<String> lines(JsonNode trace) {
    TraceText text = new TraceText();
    text.packet(trace.path("packet"), trace.path("wayIn"));
    text.frontend(trace.path("frontend"));
    text.list(trace.path("list"));
    text.backend(trace.path("backend"));
    text.flow(trace.path("flow"));
    text.translation(trace.path("translation"), trace.path("wayIn"));
    text.verdict(trace.path("verdict"));
    trace.path("notes").forEach(note -> text.line("note", note.asText()));
    return text.lines;
  }

  private void packet(JsonNode packet, JsonNode wayIn) {
    line(
        "packet",
        "%s %s -> %s, %s%s"
            .formatted(
                packet.path("protocol").asText().toUpperCase(Locale.ROOT),
                packet.path("source").asText(),
                packet.path("destination").asText(),
                packet.path("kind").asText(),
                packet.path("sourcePortAssumed").asBoolean() ? "; source port assumed" : ""));
    String why = wayIn.path("why").asText();
    String device =
        wayIn.has("device")
            ? ", enters by %s (%s)"
                .formatted(wayIn.path("device").asText(), wayIn.path("role").asText())
            : "";
    line(
        "from",
        wayIn.path("from").asText()
            + (wayIn.path("assumed").asBoolean() ? " (assumed)" : "")
            + device
            + (why.isEmpty() ? "" : ": " + why));
  }

  private void frontend(JsonNode frontend) {
    if (frontend.isMissingNode()) {
      line("frontend", "none");
      return;
    }
    String port = frontend.path("port").asText();
    line(
        "frontend",
        "%s %s of Service %s/%s%s"
            .formatted(
                kind(frontend.path("kind").asText()),
                frontend.path("address").asText(),
                frontend.path("namespace").asText(),
                frontend.path("service").asText(),
                port.isEmpty() ? "" : ":" + port));
  }

  private static String kind(String word) {
    return switch (word) {
      case "cluster_ip" -> "ClusterIP";
      case "load_balancer" -> "load balancer address";
      case "external_ip" -> "external IP";
      case "node_port" -> "NodePort";
      case "closed_address" -> "closed port, ClusterIP";
      default -> "frontend";
    };
  }

  private void list(JsonNode list) {
    if (list.isMissingNode()) {
      return;
    }
    line(
        "list",
        "%s, %s list (%s): %s"
            .formatted(
                list.path("side").asText(),
                list.path("list").asText(),
                list.path("policy").asText(),
                list.path("why").asText()));
    JsonNode candidates = list.path("candidates");
    if (candidates.isEmpty()) {
      return;
    }
    String affinity =
        list.path("affinitySeconds").asInt() > 0
            ? ", session affinity %d s".formatted(list.path("affinitySeconds").asInt())
            : "";
    line("algorithm", list.path("algorithm").asText() + affinity);
    String more =
        candidates.size() > CANDIDATES_SHOWN
            ? " and %d more".formatted(candidates.size() - CANDIDATES_SHOWN)
            : "";
    line(
        "candidates",
        StreamSupport.stream(candidates.spliterator(), false)
                .limit(CANDIDATES_SHOWN)
                .map(TraceText::endpoint)
                .collect(Collectors.joining(", "))
            + more);
  }

  private static String endpoint(JsonNode endpoint) {
    return endpoint.path("address").asText()
        + (endpoint.path("local").asBoolean() ? " (this node)" : "");
  }

  private void backend(JsonNode backend) {
    if (!backend.isMissingNode()) {
      line("backend", endpoint(backend) + ", " + backend.path("why").asText());
    }
  }

  private void flow(JsonNode flow) {
    line(
        "flow",
        flow.isMissingNode()
            ? "none yet"
            : "%s, %s direction%s, to %s, last seen %s s ago"
                .formatted(
                    flow.path("state").asText(),
                    flow.path("direction").asText(),
                    flow.path("closing").asBoolean() ? ", closing" : "",
                    flow.path("backend").asText(),
                    flow.path("lastSeenSeconds").asText()));
  }

  private void translation(JsonNode translation, JsonNode wayIn) {
    if (translation.isMissingNode()) {
      return;
    }
    line(
        "before",
        translation.path("sourceBefore").asText()
            + " -> "
            + translation.path("destinationBefore").asText());
    line(
        "after",
        translation.path("sourceAfter").asText("the source that the kernel chooses")
            + " -> "
            + translation.path("destinationAfter").asText());
    line(
        "where",
        where(translation, wayIn)
            + (translation.has("leavesBy")
                ? "; leaves by " + translation.path("leavesBy").asText()
                : ""));
  }

  private static String where(JsonNode translation, JsonNode wayIn) {
    String device = wayIn.path("device").asText();
    return switch (translation.path("apply").asText()) {
      case "ingress_local" -> "ingress of " + device + ", then through the stack";
      case "ingress_redirect" -> "ingress of " + device + ", sent on past the stack";
      case "ingress_hairpin" -> "ingress of " + device + ", sent back out of it";
      case "egress" -> "egress of the client's device";
      default -> "socket hook";
    };
  }

  private void verdict(JsonNode verdict) {
    line(
        "verdict",
        "%s (%s)".formatted(verdict.path("outcome").asText(), verdict.path("reason").asText()));
    line("", verdict.path("meaning").asText());
    if (verdict.has("advice")) {
      line("", verdict.path("advice").asText());
    }
  }

  private void line(String word, String text) {
    lines.add("%-12s%s".formatted(word, text));
  }
}
