// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.model.IpAddress;
import dev.sluice.model.Protocol;
import dev.sluice.trace.Question;
import dev.sluice.trial.Origin;
import java.util.Optional;

/** A question for a trace as it goes over the admin socket: one line of JSON. */
final class TraceQuestion {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TraceQuestion() {}

  static String write(Question question) {
    return JSON.createObjectNode()
        .put("protocol", question.protocol().name())
        .put("source", question.source().toString())
        .put("sourcePort", question.sourcePort())
        .put("destination", question.destination().toString())
        .put("port", question.port())
        .put("from", question.from().map(Origin::name).orElse(""))
        .put("device", question.device().orElse(""))
        .toString();
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static Question read(String line) {
    try {
      JsonNode question = JSON.readTree(line);
      return new Question(
          Protocol.valueOf(question.path("protocol").asText()),
          IpAddress.parse(question.path("source").asText()),
          question.path("sourcePort").asInt(),
          IpAddress.parse(question.path("destination").asText()),
          question.path("port").asInt(),
          text(question, "from").map(Origin::valueOf),
          text(question, "device"));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a question for a trace: " + line, e);
    }
  }

  private static Optional<String> text(JsonNode question, String field) {
    return Optional.of(question.path(field).asText()).filter(text -> !text.isEmpty());
  }
}
