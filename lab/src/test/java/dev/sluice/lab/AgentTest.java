// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts a shell script in place of the launcher, and looks at what it was given. */
@RequiresRoot
final class AgentTest {
  private static Lab lab;

  @TempDir static Path home;

  @BeforeAll
  static void up() throws IOException {
    Path launcher = home.resolve("sluice");
    Files.writeString(
        launcher,
        """
        #!/bin/sh
        echo "arguments: $*"
        echo "cgroup: $(grep ^0:: /proc/self/cgroup)"
        echo "devices: $(ls /sys/class/net | wc -l) $(ip -o link show | cut -d: -f2 | tr -d '\\n')"
        echo "greeting: $GREETING"
        trap 'echo bye; exit 7' TERM
        [ "$GREETING" = broken ] && exit 3
        echo "node is ready"
        while :; do sleep 0.05; done
        """);
    assertThat(launcher.toFile().setExecutable(true)).isTrue();
    System.setProperty("sluice.home", home.toString());
    lab = Lab.start(LabOptions.of(Layout.ROUTED).withoutServers());
  }

  @AfterAll
  static void down() {
    System.clearProperty("sluice.home");
    lab.close();
  }

  @AfterEach
  void noAgentIsLeft() {
    assertThat(Leftovers.find(lab.id()).processes()).isEmpty();
  }

  @Test
  void theAgentIsGivenItsNodeAndNotMore() {
    NodeHost node = lab.node("node-1");
    Agent agent =
        node.startAgent(
            AgentOptions.of(home)
                .withArguments("--instance", "blue", "--node-name=other")
                .withEnvironment("GREETING", "hello"));

    assertThat(agent.log())
        .contains("run --manifests %s --pin-dir %s/sluice".formatted(home, node.bpffs()))
        .contains("--cgroup " + node.cgroupTree())
        .contains("--instance blue --node-name=other")
        .contains("cgroup: 0::/sluice-%s/agent-node-1".formatted(lab.id()))
        .contains("veth-pod-a")
        .contains("greeting: hello");
    assertThat(agent.isAlive()).isTrue();
    assertThat(agent.terminate()).isEqualTo(7);
    assertThat(agent.log()).contains("bye");
  }

  @Test
  void theAgentCanBeInTheCgroupOfItsNode() {
    Agent agent =
        lab.node("node-2")
            .startAgent(AgentOptions.of(home).withCgroup(AgentOptions.Placement.HOST));

    assertThat(agent.log()).contains("cgroup: 0::/sluice-%s/node-2/host".formatted(lab.id()));
    agent.kill();
    assertThat(agent.isAlive()).isFalse();
    assertThat(agent.log()).doesNotContain("bye");
  }

  @Test
  void anAgentThatFailsShowsItsLog() {
    AgentOptions broken = AgentOptions.of(home).withEnvironment("GREETING", "broken");
    assertThatThrownBy(() -> lab.node("node-1").startAgent(broken))
        .isInstanceOf(LabException.class)
        .hasMessageContaining("ended before it was ready")
        .hasMessageContaining("greeting: broken");
  }

  @Test
  void anAgentThatIsNeverReadyIsKilled() {
    AgentOptions slow = AgentOptions.of(home).withReady("never said", Duration.ofMillis(300));
    assertThatThrownBy(() -> lab.node("node-1").startAgent(slow))
        .isInstanceOf(LabException.class)
        .hasMessageContaining("was not ready within")
        .hasMessageContaining("node is ready");
  }

  @Test
  void anAgentIsNotLetOutOfTheLabsCgroup() {
    Path root = lab.node("node-1").cgroupTree().getParent().getParent();
    for (String[] arguments :
        List.of(
            new String[] {"--cgroup", root.toString()},
            new String[] {"--cgroup=" + root},
            new String[] {"--cgroup", lab.node("node-1").cgroupTree() + "/../.."})) {
      AgentOptions escaping = AgentOptions.of(home).withArguments(arguments);
      assertThatThrownBy(() -> lab.node("node-1").startAgent(escaping))
          .isInstanceOf(LabException.class)
          .hasMessageContaining("outside of the lab");
    }
  }
}
