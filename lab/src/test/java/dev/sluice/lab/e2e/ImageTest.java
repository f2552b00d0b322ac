// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Agent;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import dev.sluice.mockapi.MockApiServer;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The agent as the DaemonSet runs it, from the image's root file system. */
@RequiresRoot
class ImageTest {
  private static final long LARGEST = 120_000_000;
  private static final int STARTS = 3;

  /** What the hardened manifests grant, and what chroot takes. */
  private static final String NAMED_CAPABILITIES =
      "setpriv --inh-caps=-all --bounding-set=-all,+bpf,+net_admin,+perfmon,+sys_admin,+sys_ptrace,"
          + "+sys_chroot";

  private static Image image;

  private Cluster cluster;
  private Lab lab;
  private NodeHost node;
  private ServiceFile web;
  private Map<Path, String> before;

  @BeforeAll
  static void build() throws Exception {
    image = Image.build();
  }

  @BeforeEach
  void start() throws IOException {
    cluster = Cluster.create(LabOptions.of(Layout.ROUTED));
    lab = cluster.lab();
    node = lab.node("node-1");
    web = ServiceFile.tcp("web", 1).with(lab.pod("pod-b"), 9000).with(lab.pod("pod-c"), 9000);
    before = image.content();
  }

  @AfterEach
  void nothingWasWrittenIntoTheRoot() throws IOException {
    cluster.close();
    assertThat(image.content()).isEqualTo(before);
  }

  @Test
  void theImageIsSmallAndHasNoShell() throws IOException {
    System.out.printf("root file system of %.1f MB%n", image.size() / 1e6);
    assertThat(image.size()).isLessThan(LARGEST);
    assertThat(image.has("opt/sluice/sluice.aot")).isTrue();
    assertThat(List.of("bin/sh", "usr/bin/sh", "bin/busybox").stream().filter(image::has))
        .isEmpty();
  }

  @Test
  void aServiceOfAManifestIsServed() throws Exception {
    cluster.apply("web.yaml", web.yaml());
    for (int start = 0; start < STARTS; start++) {
      Agent agent = startFromImage("", "--manifests", "/run/manifests");
      report("manifests", agent);
      assertServed();
      assertThat(agent.terminate()).isZero();
      if (start < STARTS - 1) {
        cluster.sluice("node-1", "detach");
      }
    }
  }

  @Test
  void aServiceOfTheKubernetesApiIsServed() throws Exception {
    try (MockApiServer api = apiServer()) {
      api.applyManifest("web", web.yaml());
      Agent agent = startFromImage("", "--api-server", api.url());
      report("Kubernetes API", agent);
      Await.backends(node, "web", 2);
      assertServed();
      // A later change, so that the watch is seen to work.
      api.applyManifest("web", web.with(lab.pod("pod-d"), 9000).yaml());
      Await.backends(node, "web", 3);
      assertThat(agent.terminate()).isZero();
    }
  }

  @Test
  void namedCapabilitiesAreEnough() throws Exception {
    cluster.apply("web.yaml", web.yaml());
    Agent agent = startFromImage(NAMED_CAPABILITIES, "--manifests", "/run/manifests");
    assertServed();
    assertThat(cluster.status("node-1").get("problems")).isEmpty();
    assertThat(agent.log()).doesNotContain("FAILED").doesNotContain("[ERROR]");
  }

  private Agent startFromImage(String confinement, String... source) {
    Path launcher = image.launcher(lab, node, confinement);
    return cluster.startAgent(
        "node-1",
        options ->
            options
                .withLauncher(launcher)
                .withArguments(source)
                .withArguments("--pin-dir", "/sys/fs/bpf/sluice", "--run-dir", "/run/sluice"));
  }

  /** By socket hook, by packets of a pod, and from outside. */
  private void assertServed() {
    for (AddressFamily family : AddressFamily.values()) {
      Target inside = Target.of(web.clusterIp(family), 80);
      Target outside = Target.of(web.externalIp(family), 80);
      assertThat(lab.pod("pod-a").probe().connect(inside).server()).isIn("pod-b", "pod-c");
      assertThat(lab.client().probe().connect(outside).server()).isIn("pod-b", "pod-c");
    }
  }

  private static void report(String source, Agent agent) {
    System.out.printf(
        "%s: first Service programmed %d ms after exec, ready after %d ms%n",
        source,
        Image.sinceExec(agent, "Services installed").toMillis(),
        Image.sinceExec(agent, "ready:").toMillis());
  }

  private MockApiServer apiServer() throws Exception {
    InetAddress address =
        InetAddress.getByAddress("api", lab.client().address(AddressFamily.IPV4).getAddress());
    return lab.client().call(() -> new MockApiServer(address));
  }
}
