// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Agent;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.LabProcess;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.SluiceHome;
import dev.sluice.lab.Target;
import dev.sluice.node.Sysctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the commands say and how they end. */
@RequiresRoot
class CommandLineTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String SLUICE_CONFIGURATION =
      "apiVersion: sluice.dev/v1alpha1\nkind: SluiceConfiguration\n";

  private Cluster cluster;
  private NodeHost node;

  private record Outcome(int status, String text) {}

  @BeforeEach
  void start() {
    cluster = Cluster.create(LabOptions.of(Layout.ROUTED));
    node = cluster.lab().node("node-1");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private Outcome sluice(String... arguments) {
    List<String> command = new ArrayList<>(List.of(SluiceHome.launcher().toString()));
    command.addAll(List.of(arguments));
    LabProcess process = node.start(command.toArray(String[]::new));
    int status = process.awaitExit(PATIENCE);
    return new Outcome(status, process.log());
  }

  private Outcome ofInstance(String command, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                command,
                "--instance",
                Agent.instance(node),
                "--pin-dir",
                node.bpffs().resolve("sluice").toString(),
                "--run-dir",
                Agent.runDirectory(node).toString()));
    arguments.addAll(List.of(more));
    return sluice(arguments.toArray(String[]::new));
  }

  @Test
  void mistakesOnTheCommandLineAreNamed() throws IOException {
    Outcome option = sluice("run", "--manifest", "/tmp");
    assertThat(option.status()).isEqualTo(2);
    assertThat(option.text()).contains("--manifest");

    Path config = cluster.lab().directory().resolve("bad.yaml");
    Files.writeString(config, SLUICE_CONFIGURATION + "zone: x\nsnatPortss: 1-2\n");
    Outcome field = ofInstance("run", "--manifests", "/tmp", "--config", config.toString());
    assertThat(field.status()).isEqualTo(2);
    assertThat(field.text()).contains("snatPortss").contains("bad.yaml:4").contains("snatPorts,");
  }

  @Test
  void withoutAnAgentStatusSaysWhatToDo() {
    Outcome never = ofInstance("status");
    assertThat(never.status()).isEqualTo(3);
    assertThat(never.text()).contains("sluice run");

    cluster.startAgent("node-1");
    cluster.agent("node-1").kill();
    Outcome ended = ofInstance("status");
    assertThat(ended.status()).isEqualTo(3);
    assertThat(ended.text()).contains("goes on").contains("sluice detach");
  }

  @Test
  void aConfigFileAndABrokenManifestAndASecondAgent() throws IOException {
    ServiceFile service = ServiceFile.tcp("web", 1).with(cluster.lab().pod("pod-b"), 9000);
    cluster.apply("web.yaml", service.yaml());
    Path config = cluster.lab().directory().resolve("sluice.yaml");
    Files.writeString(config, SLUICE_CONFIGURATION + "socketHooks: off\nsnatPorts: 61000-62000\n");
    cluster.startAgent("node-1", "--config", config.toString());
    JsonNode status = cluster.status("node-1");
    assertThat(status.get("socketHooks").asText()).isEqualTo("off");
    assertThat(status.get("problems").isEmpty()).isTrue();
    assertThat(node.run("cat", "/proc/sys/net/ipv4/ip_local_reserved_ports").strip())
        .isEqualTo("61000-62000");

    cluster.apply("broken.yaml", "kind: Service\nmetadata: [\n");
    Await.until(
        "the broken file is reported", () -> !Await.ask(node, "status").get("problems").isEmpty());
    Outcome problems = ofInstance("status");
    assertThat(problems.status()).isEqualTo(1);
    assertThat(problems.text()).contains("broken.yaml");
    Target target = Target.of(service.externalIp(AddressFamily.IPV4), 80);
    assertThat(cluster.lab().client().probe().connect(target).server()).isEqualTo("pod-b");
    cluster.delete("broken.yaml");
    Await.until(
        "the problem is resolved", () -> Await.ask(node, "status").get("problems").isEmpty());

    Outcome second =
        ofInstance(
            "run",
            "--manifests",
            cluster.lab().directory().resolve("manifests").toString(),
            "--cgroup",
            node.cgroupTree().toString());
    assertThat(second.status()).isNotZero();
    assertThat(second.text()).contains("running");
    assertThat(cluster.agent("node-1").isAlive()).isTrue();
    assertThat(cluster.lab().client().probe().connect(target).server()).isEqualTo("pod-b");

    assertThat(cluster.agent("node-1").terminate()).as("exit status after SIGTERM").isZero();
  }

  @Test
  @ShowsRules({182, 230, 237, 238, 240})
  void aConfigurationOfKubeProxysIsFollowedAndTrafficIsServed() throws IOException {
    ServiceFile service = ServiceFile.tcp("web", 1).with(cluster.lab().pod("pod-b"), 9000);
    cluster.apply("web.yaml", service.yaml());
    Path config = cluster.lab().directory().resolve("kube-proxy.yaml");
    Files.writeString(
        config,
        """
        apiVersion: kubeproxy.config.k8s.io/v1alpha1
        kind: KubeProxyConfiguration
        mode: nftables
        udpIdleTimeout: 250ms
        oomScoreAdj: 100
        ipvs: {scheduler: wrr}
        conntrack:
          maxPerCore: 0
          tcpEstablishedTimeout: 3h
          tcpCloseWaitTimeout: 30m
          tcpBeLiberal: true
          udpTimeout: 45s
          udpStreamTimeout: 4m
        ---
        """
            + SLUICE_CONFIGURATION
            + "snatPorts: 61000-62000\n");
    Sysctl machine = new Sysctl(Path.of("/"));
    Optional<String> machines = machine.read("net.netfilter.nf_conntrack_tcp_timeout_established");

    Agent agent = cluster.startAgent("node-1", "--config", config.toString());

    assertThat(conntrack("tcp_timeout_established")).isEqualTo("10800");
    assertThat(conntrack("tcp_timeout_close_wait")).isEqualTo("1800");
    assertThat(conntrack("tcp_be_liberal")).isEqualTo("1");
    assertThat(conntrack("udp_timeout")).isEqualTo("45");
    assertThat(conntrack("udp_timeout_stream")).isEqualTo("240");
    assertThat(machine.read("net.netfilter.nf_conntrack_tcp_timeout_established"))
        .as("outside of the node's network namespace")
        .isEqualTo(machines);
    String pid = cluster.status("node-1").get("pid").asText();
    assertThat(Files.readString(Path.of("/proc", pid, "oom_score_adj")).strip()).isEqualTo("100");
    assertThat(agent.log())
        .contains(
            "KubeProxyConfiguration.udpIdleTimeout: unknown field",
            "ipvs.scheduler wrr is ignored");
    Target target = Target.of(service.externalIp(AddressFamily.IPV4), 80);
    assertThat(cluster.lab().client().probe().connect(target).server()).isEqualTo("pod-b");
  }

  private String conntrack(String name) {
    return node.run("cat", "/proc/sys/net/netfilter/nf_conntrack_" + name).strip();
  }

  @Test
  @ShowsRules(194)
  void initOnlySetsSysctlsAndExits() {
    Outcome outcome =
        ofInstance(
            "run",
            "--init-only",
            "--conntrack-tcp-timeout-close-wait=20m",
            "--snat-ports=61000-61999");

    assertThat(outcome.status()).as(outcome.text()).isZero();
    assertThat(conntrack("tcp_timeout_close_wait")).isEqualTo("1200");
    assertThat(node.run("cat", "/proc/sys/net/ipv4/ip_local_reserved_ports").strip())
        .isEqualTo("61000-61999");
    assertThat(node.bpffs().resolve("sluice")).doesNotExist();
  }

  @Test
  void detachOnExitTakesEverythingAway() {
    cluster.startAgent("node-1", "--detach-on-exit");
    assertThat(node.bpffs().resolve("sluice")).exists();
    assertThat(cluster.agent("node-1").terminate()).isZero();
    assertThat(node.bpffs().resolve("sluice")).doesNotExist();
    assertThat(node.run("cat", "/proc/sys/net/ipv4/ip_local_reserved_ports").strip()).isEmpty();
    assertThat(ofInstance("status").text()).contains("does not exist");
  }
}
