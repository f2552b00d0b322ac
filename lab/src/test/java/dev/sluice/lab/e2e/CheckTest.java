// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.LabProcess;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.SluiceHome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The real {@code sluice check} in a node's network namespace, with one thing wrong at a time. */
@RequiresRoot
class CheckTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static Lab lab;
  private static NodeHost node;

  @BeforeAll
  static void start() {
    lab = Lab.start(LabOptions.of(Layout.ROUTED).withEmptyNodes(1).withoutServers());
    node = lab.node("node-1");
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @BeforeEach
  @AfterEach
  void rightAgain() {
    node.sysctl("net.ipv4.ip_forward", "1");
    node.sysctl("net.ipv4.ip_local_port_range", "32768 60999");
    node.sysctl("net.ipv4.ip_local_reserved_ports", "");
  }

  /** What a command printed, standard output and error together, and its exit status. */
  private record Outcome(int status, String text) {
    String line(String check) {
      return text.lines()
          .filter(line -> line.matches("\\w+ +" + check + " .*"))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no line about " + check + " in:\n" + text));
    }
  }

  private static Outcome check(String... arguments) {
    List<String> command = new ArrayList<>(List.of(SluiceHome.launcher().toString(), "check"));
    List<String> given = Arrays.asList(arguments);
    if (!given.contains("--pin-dir")) {
      command.addAll(List.of("--pin-dir", node.bpffs().resolve("sluice").toString()));
    }
    if (!given.contains("--cgroup")) {
      command.addAll(List.of("--cgroup", node.cgroupTree().toString()));
    }
    command.addAll(given);
    return run(command.toArray(String[]::new));
  }

  private static Outcome run(String... command) {
    LabProcess process = node.start(command);
    int status = process.awaitExit(PATIENCE);
    return new Outcome(status, process.log());
  }

  @Test
  void aGoodNodePasses() {
    Outcome outcome = check();
    System.out.print(outcome.text());
    assertThat(outcome.status()).isZero();
    assertThat(outcome.text().lines()).noneMatch(line -> line.startsWith("FAILED"));
    assertThat(outcome.line("bpffs")).startsWith("OK");
    assertThat(outcome.line("IPv4 forwarding")).startsWith("OK");
    assertThat(outcome.line("libbpf")).startsWith("OK");
    // Only a part of the hierarchy is given here, which is what the line is to say.
    assertThat(outcome.line("cgroup root")).startsWith("WARNING");
  }

  @Test
  void jsonSaysTheSame() throws Exception {
    Outcome outcome = check("-o", "json", "--pin-dir", "/tmp");
    assertThat(outcome.status()).isEqualTo(1);
    JsonNode results = new ObjectMapper().readTree(outcome.text());
    assertThat(results.size()).isGreaterThan(10);
    boolean found = false;
    for (JsonNode result : results) {
      if (result.get("name").asText().equals("bpffs")) {
        found = true;
        assertThat(result.get("status").asText()).isEqualTo("FAILED");
      }
    }
    assertThat(found).isTrue();
  }

  @Test
  void aPinDirectoryOutsideOfABpffsFails() {
    Outcome outcome = check("--pin-dir", "/tmp");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.line("bpffs")).startsWith("FAILED").contains("mount -t bpf");
  }

  @Test
  void anOldKernelFails() {
    Outcome outcome = check("--pretend-kernel", "5.9");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.line("kernel")).startsWith("FAILED").contains("5.10");
  }

  @Test
  void aKernelOfTheFloorPassesWithFallbacks() {
    Outcome outcome = check("--pretend-kernel", "5.10");
    assertThat(outcome.status()).isZero();
    assertThat(outcome.text()).contains("will fall back to");
  }

  @Test
  void forwardingSwitchedOffIsAWarning() {
    node.sysctl("net.ipv4.ip_forward", "0");
    Outcome outcome = check();
    assertThat(outcome.line("IPv4 forwarding"))
        .startsWith("WARNING")
        .contains("sysctl -w net.ipv4.ip_forward=1");
    assertThat(outcome.status()).isZero();
  }

  @Test
  void sourcePortsAmongTheNodePortsFail() {
    Outcome outcome = check("--snat-ports", "32000-33000");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.line("source NAT ports")).startsWith("FAILED").contains("30000-32767");
  }

  @Test
  void sourcePortsThatTakeMostOfTheSocketsPortsAreAWarning() {
    node.sysctl("net.ipv4.ip_local_port_range", "49152 60999");
    Outcome outcome = check();
    assertThat(outcome.line("source NAT ports")).startsWith("WARNING");
  }

  @Test
  void nodePortsThatSocketsMayTakeAreAWarning() {
    node.sysctl("net.ipv4.ip_local_port_range", "31000 60999");
    Outcome outcome = check();
    assertThat(outcome.line("node ports"))
        .startsWith("WARNING")
        .contains("ip_local_reserved_ports");
  }

  @Test
  void aCgroupThatIsNoneIsReported() {
    Outcome outcome = check("--cgroup", "/tmp");
    assertThat(outcome.line("cgroup root")).doesNotStartWith("OK").contains("/tmp");
  }

  @Test
  void rulesThatKubeProxyLeftAreAWarning() {
    assumeTrue(
        Files.exists(Path.of("/usr/sbin/iptables")) || Files.exists(Path.of("/sbin/iptables")),
        "needs iptables");
    node.run("iptables", "-t", "nat", "-N", "KUBE-SERVICES");
    try {
      assertThat(check().line("kube-proxy rules"))
          .startsWith("WARNING")
          .contains("sluice migrate check");
    } finally {
      node.run("iptables", "-t", "nat", "-X", "KUBE-SERVICES");
    }
  }

  @Test
  void theAgentRefusesToStartWhereACheckFails() {
    Outcome outcome =
        run(
            SluiceHome.launcher().toString(),
            "run",
            "--manifests",
            lab.directory().toString(),
            "--instance",
            "refused",
            "--pin-dir",
            "/tmp/no-bpffs",
            "--cgroup",
            node.cgroupTree().toString());
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.text()).contains("bpffs").contains("mount -t bpf");
    assertThat(Path.of("/tmp/no-bpffs")).doesNotExist();
  }
}
