// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.model.Protocol;
import dev.sluice.trace.TracedNode;
import dev.sluice.trial.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What {@code sluice trace} prints, as golden text. Run with {@code -Dsluice.golden.update=true} to
 * write it anew; read the difference before committing it.
 */
class TraceTextTest {
  private static final Path GOLDEN = Path.of("src/test/resources/trace/golden.txt");
  private static final boolean UPDATE = Boolean.getBoolean("sluice.golden.update");
  private static final JsonInclude.Include NON_NULL = JsonInclude.Include.NON_NULL;
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .defaultPropertyInclusion(JsonInclude.Value.construct(NON_NULL, NON_NULL))
          .build();

  private final List<String> lines = new ArrayList<>();

  @Test
  void theTextIsTheOneOnFile() throws IOException {
    try (TracedNode node = new TracedNode()) {
      trace(node, Protocol.TCP, "203.0.113.9", 5001, "192.0.2.80", 80);
      trace(node, Protocol.TCP, "203.0.113.9", 5002, "192.0.2.80", 80);
      trace(node, Protocol.TCP, "10.1.0.4", 0, "198.51.100.1", 30081);
      trace(node, Protocol.TCP, "203.0.113.9", 0, "198.51.100.1", 30081);
      trace(node, Protocol.UDP, "10.1.0.4", 0, "10.96.0.2", 53);
      trace(node, Protocol.TCP, "10.1.0.7", 0, "10.96.0.5", 80);
      trace(node, Protocol.TCP, "10.1.0.4", 0, "10.96.0.3", 80);
      trace(node, Protocol.TCP, "10.1.0.4", 0, "10.96.0.1", 81);
      trace(node, Protocol.TCP, "203.0.113.9", 0, "192.0.2.81", 80);
      trace(node, Protocol.TCP, "198.51.100.1", 0, "10.96.0.5", 80);
      trace(node, Protocol.TCP, "fd00:1::4", 0, "fd00:96::2", 80);
      trace(node, Protocol.SCTP, "10.1.0.4", 0, "10.1.9.5", 80);
      node.connect(Origin.POD, "10.1.0.4", 5000, "10.96.0.5", 80);
      trace(node, Protocol.TCP, "10.1.0.4", 5000, "10.96.0.5", 80);
    }
    String text = String.join("\n", lines) + "\n";
    if (UPDATE) {
      Files.writeString(GOLDEN, text);
    }
    assertThat(text).isEqualTo(Files.readString(GOLDEN));
  }

  private void trace(
      TracedNode node,
      Protocol protocol,
      String source,
      int sourcePort,
      String destination,
      int port) {
    if (!lines.isEmpty()) {
      lines.add("");
    }
    TraceText.lines(JSON.valueToTree(node.explain(protocol, source, sourcePort, destination, port)))
        .stream()
        .map(line -> line.replaceAll("last seen [0-9.]+ s", "last seen SECONDS s"))
        .forEach(lines::add);
  }
}
