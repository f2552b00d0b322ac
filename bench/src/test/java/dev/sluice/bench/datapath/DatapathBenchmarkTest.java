// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark still runs; its figures are nobody's here. */
class DatapathBenchmarkTest {
  private static final List<String> QUICK =
      List.of("--rounds", "1", "--packets", "50", "--connects", "16", "--flows", "1,20");

  @TempDir private Path directory;

  private static Command quick(String... more) {
    return Command.run(Stream.concat(QUICK.stream(), Stream.of(more)).toArray(String[]::new));
  }

  private static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  @Test
  void everyCaseIsTimed() throws IOException {
    Path json = directory.resolve("report.json");
    Command run = quick("--json", json.toString());
    assertThat(run.status()).as(run.err()).isZero();
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    List<JsonNode> rows = list(report.get("rows"));
    // Of each family: four without a flow, seven for each number of flows, three that open flows;
    // and TCP and UDP connects, by a Service and by none.
    assertThat(rows).hasSize(2 * (4 + 2 * 7 + 3 + 4));
    assertThat(rows).allMatch(row -> Double.isFinite(row.get("median").asDouble(Double.NaN)));
    assertThat(list(report.get("programs")))
        .extracting(program -> program.get("name").asText())
        .contains("tc_ingress", "tc_egress", "xdp_ingress", "connect4", "getpeername6", "collect")
        .doesNotHaveDuplicates();
    assertThat(list(report.get("programs")))
        .allMatch(program -> program.get("instructions").asLong() > 0)
        .allMatch(program -> program.get("stack").asInt() <= 512);
    assertThat(run.out()).contains("tc_ingress ").contains("instructions verified");
    assertThat(report.get("machine").toString())
        .doesNotContain(InetAddress.getLocalHost().getHostName());
  }

  @Test
  void casesAreChosenByTheirNames() {
    Command named = quick("--list", "--cases", "XDP.*20 flows");
    assertThat(named.out().lines())
        .hasSize(2 * 3)
        .contains("XDP: established, to another node's backend, IPv6, 20 flows");
    Command timed = quick("--cases", "XDP: non-service.*IPv6", "-o", "json");
    assertThat(ReportJson.read(timed.out()).rows()).hasSize(1);
    Command none = quick("--cases", "no such case");
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err()).contains("no case has 'no such case'");
  }

  @Test
  void nothingStaysBehind() throws IOException {
    assertThat(quick("--cases", "connect by a Service").status()).isZero();
    assertThat(Files.readString(Path.of("/proc/self/cgroup"))).doesNotContain("sluice-private-");
  }

  @Test
  void aReportBecomesTables() throws IOException {
    Path json = directory.resolve("report.json");
    quick("--cases", "non-service packet, IPv4", "--json", json.toString());
    assertThat(MarkdownTable.of(ReportJson.read(Files.readString(json))))
        .contains("| XDP | non-service packet | IPv4 |", "&le; 8 |", "| `xdp_ingress` |");
  }

  @Test
  void whatIsOutOfRangeIsRefused() {
    Command run = Command.run("--flows", "1,999999");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("--flows must be from 1 to 130000, not 999999");
  }
}
