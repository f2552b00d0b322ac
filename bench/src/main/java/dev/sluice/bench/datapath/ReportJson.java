// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.bench.common.MachineFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A report as JSON, and back. */
public final class ReportJson {
  private static final ObjectMapper JSON =
      new ObjectMapper().setVisibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY);

  private ReportJson() {}

  static String write(Report report) {
    ObjectNode root = JSON.createObjectNode();
    root.set("machine", JSON.valueToTree(report.machine()));
    root.set("extent", JSON.valueToTree(report.extent()));
    root.put("othersPercent", report.othersPercent());
    ArrayNode rows = root.putArray("rows");
    for (Row row : report.rows()) {
      Label label = row.label();
      ObjectNode node = rows.addObject();
      node.put("hook", label.hook()).put("packet", label.packet()).put("family", label.family());
      node.put("flows", label.flows()).put("min", row.min()).put("median", row.median());
      row.target()
          .ifPresent(
              target -> {
                node.put("target", target.nanos()).put("targetBasis", target.basis());
                node.put("met", row.met().orElseThrow());
              });
      node.put("note", row.note());
    }
    root.set("programs", JSON.valueToTree(report.programs()));
    return root.toPrettyString();
  }

  /**
   * Reads what {@link #write} has written.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static Report read(String text) {
    try {
      JsonNode root = JSON.readTree(text);
      List<Row> rows = new ArrayList<>();
      for (JsonNode node : root.required("rows")) {
        rows.add(row(node));
      }
      List<ProgramFacts> programs = new ArrayList<>();
      for (JsonNode node : root.required("programs")) {
        programs.add(JSON.treeToValue(node, ProgramFacts.class));
      }
      return new Report(
          JSON.treeToValue(root.required("machine"), MachineFacts.class),
          JSON.treeToValue(root.required("extent"), Report.Extent.class),
          root.required("othersPercent").asInt(),
          rows,
          programs);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no report of this benchmark: " + e.getMessage(), e);
    }
  }

  private static Row row(JsonNode node) {
    return new Row(
        new Label(
            node.required("hook").asText(),
            node.required("packet").asText(),
            node.required("family").asText(),
            node.required("flows").asInt()),
        node.required("min").asDouble(),
        node.required("median").asDouble(),
        node.has("target")
            ? Optional.of(
                new Target.Limit(
                    node.get("target").asDouble(), node.required("targetBasis").asText()))
            : Optional.empty(),
        node.required("note").asText());
  }
}
