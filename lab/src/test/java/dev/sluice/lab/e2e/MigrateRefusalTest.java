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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What {@code sluice migrate} does where it cannot look, or had better not remove anything. */
@RequiresRoot
final class MigrateRefusalTest {
  private static final KubeProxyRules PROXY = KubeProxyRules.IPTABLES_LEGACY;

  private static Lab lab;
  private static NodeHost node;

  @BeforeAll
  static void start() {
    assumeTrue(PROXY.isInstalled(), "there is no " + PROXY.program());
    lab = Lab.start(LabOptions.of(Layout.ROUTED).withoutServers());
    node = lab.node("node-1");
    PROXY.write(
        node, lab.directory(), ProxiedConnections.services(lab).toArray(ServiceFile[]::new));
  }

  @AfterAll
  static void stop() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  void whileKubeProxyRunsNothingIsRemoved() {
    String rules = PROXY.saved(node);
    LabProcess running = node.start("bash", "-c", "exec -a kube-proxy sleep 600");
    try {
      Await.until(
          "it is seen",
          () -> !MigrateCommandRun.on(node, "check").lines("TODO", "processes").isEmpty());
      MigrateCommandRun refused = MigrateCommandRun.on(node, "cleanup", "--yes");
      assertThat(refused.status()).isEqualTo(1);
      assertThat(refused.text()).contains("kube-proxy runs: pid").contains("nothing was removed");
      assertThat(PROXY.saved(node)).isEqualTo(rules);
    } finally {
      running.kill();
    }
  }

  @Test
  void aProgramThatIsMissingIsSaid() {
    MigrateCommandRun check =
        MigrateCommandRun.prefixed(node, List.of("env", "PATH=/usr/bin:/bin"), "check");
    assumeTrue(!check.text().contains(" of kube-proxy ->"), "iptables is in /usr/bin");
    assertThat(check.lines("UNKNOWN", "iptables-legacy").getFirst())
        .contains("iptables-legacy-save is not installed");
    assertThat(check.status()).isEqualTo(2);
  }

  @Test
  void anAnswerThatIsNotUnderstoodIsSaid() throws IOException {
    Path programs = Files.createDirectories(lab.directory().resolve("programs"));
    Path program = programs.resolve("iptables-legacy-save");
    Files.writeString(program, "#!/bin/sh\necho '*nat'\necho nonsense\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    MigrateCommandRun check =
        MigrateCommandRun.prefixed(
            node, List.of("env", "PATH=" + programs + ":" + System.getenv("PATH")), "check");
    assertThat(check.lines("UNKNOWN", "iptables-legacy").getFirst())
        .contains("line 2 of what iptables-legacy-save printed was not understood: nonsense");
    assertThat(check.lines("TODO", "ip6tables-legacy nat")).as("the rest").isNotEmpty();
  }

  @Test
  void withoutPermissionItSaysSo() {
    String rules = PROXY.saved(node);
    List<String> powerless = List.of("setpriv", "--bounding-set", "-all", "--inh-caps", "-all");
    MigrateCommandRun check = MigrateCommandRun.prefixed(node, powerless, "check");
    assertThat(check.status()).as(check.text()).isEqualTo(2);
    assertThat(check.text()).contains("CAP_NET_ADMIN is missing");
    assertThat(MigrateCommandRun.prefixed(node, powerless, "cleanup", "--yes").status())
        .isEqualTo(2);
    assertThat(PROXY.saved(node)).isEqualTo(rules);
  }

  @Test
  void jsonSaysTheSame() throws IOException {
    MigrateCommandRun check = MigrateCommandRun.on(node, "check", "-o", "json");
    assertThat(check.status()).isEqualTo(1);
    JsonNode report = new ObjectMapper().readTree(check.text());
    assertThat(report.get("verdict").asText()).contains("to do");
    boolean found = false;
    for (JsonNode finding : report.get("findings")) {
      found |=
          finding.get("where").asText().equals("iptables-legacy nat")
              && finding.get("level").asText().equals("TODO")
              && finding.get("count").asInt() > 10
              && finding.get("whatToDo").asText().contains("sluice migrate cleanup");
    }
    assertThat(found).isTrue();
    JsonNode dry =
        new ObjectMapper().readTree(MigrateCommandRun.on(node, "cleanup", "-o", "json").text());
    assertThat(dry.get("steps").get(0).get("outcome").asText()).isEqualTo("WOULD_REMOVE");
  }
}
