// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.model.IpAddress;
import dev.sluice.model.Protocol;
import dev.sluice.server.AdminServer;
import dev.sluice.trace.Question;
import dev.sluice.trial.Origin;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What {@code sluice trace} asks an agent, and how it ends. */
class TraceCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<Question> asked = new CopyOnWriteArrayList<>();

  @TempDir Path temporary;

  private int trace(String... arguments) {
    List<String> all = new ArrayList<>(List.of("trace"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--run-dir", temporary.toString(), "--pin-dir", temporary.toString()));
    String[] line = all.toArray(String[]::new);
    CommandLine commandLine = Sluice.commandLine(line);
    commandLine.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return commandLine.execute(line);
  }

  private int traceWithAgent(Function<String, ?> agent, String... arguments) {
    try (AdminServer _ =
        AdminServer.open(temporary.resolve("default.sock"), Map.of("trace", agent))) {
      return trace(arguments);
    }
  }

  private Map<String, Object> note(String question) {
    asked.add(TraceQuestion.read(question));
    return Map.of("verdict", Map.of("outcome", "pass", "reason", "pass_not_service"));
  }

  @Test
  void aFullQuestionReachesTheAgent() {
    assertThat(
            traceWithAgent(
                this::note,
                "udp",
                "[fd00::4]:40000",
                "[fd96::a]:53",
                "--from",
                "pod",
                "--device",
                "veth1"))
        .isZero();

    assertThat(asked)
        .containsExactly(
            new Question(
                Protocol.UDP,
                IpAddress.parse("fd00::4"),
                40000,
                IpAddress.parse("fd96::a"),
                53,
                Optional.of(Origin.POD),
                Optional.of("veth1")));
    assertThat(out.toString()).contains("verdict     pass (pass_not_service)");
  }

  @Test
  void whatIsLeftOutIsLeftToTheAgent() {
    assertThat(traceWithAgent(this::note, "tcp", "10.1.0.4", "10.96.0.10:53", "-o", "json"))
        .isZero();

    assertThat(asked)
        .containsExactly(
            new Question(
                Protocol.TCP,
                IpAddress.parse("10.1.0.4"),
                0,
                IpAddress.parse("10.96.0.10"),
                53,
                Optional.empty(),
                Optional.empty()));
    assertThat(out.toString()).startsWith("{").contains("\"outcome\" : \"pass\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "icmp | 10.1.0.4 | 10.96.0.10:53 | icmp",
        "tcp | 10.1.0 | 10.96.0.10:53 | '10.1.0' is not an IP address",
        "tcp | 10.1.0.4:0 | 10.96.0.10:53 | '0' is not a port (1 to 65535)",
        "tcp | 10.1.0.4:dns | 10.96.0.10:53 | 'dns' is not a port (1 to 65535)",
        "tcp | 10.1.0.4 | 10.96.0.10 | 10.96.0.10 needs a port: ADDRESS:PORT",
        "tcp | fd00::4 | fd96::a | fd96::a needs a port: [ADDRESS]:PORT",
        "tcp | fd00::4 | [fd96::a | '[fd96::a' is not [ADDRESS]:PORT",
        "tcp | fd00::4 | 10.96.0.10:53 | a packet has addresses of one family",
      })
  void aWrongQuestionIsNamedAndGivesStatusTwo(
      String protocol, String source, String destination, String message) {
    assertThat(trace(protocol, source, destination)).isEqualTo(2);

    assertThat(err.toString()).contains(message);
  }

  @Test
  void aQuestionThatTheAgentRefusesGivesStatusTwo() {
    assertThat(
            traceWithAgent(
                question -> {
                  throw new IllegalArgumentException("this node has no device 'eth7'");
                },
                "tcp",
                "10.1.0.4",
                "10.96.0.10:53"))
        .isEqualTo(2);

    assertThat(err.toString()).contains("this node has no device 'eth7'");
  }

  @Test
  void withoutAnAgentTheStatusIsThree() {
    assertThat(trace("tcp", "10.1.0.4", "10.96.0.10:53")).isEqualTo(3);

    assertThat(err.toString()).contains("does not exist on this node");
  }
}
