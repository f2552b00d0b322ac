// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Agent;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.OpenUdp;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.SluiceHome;
import dev.sluice.lab.Target;
import dev.sluice.mockapi.MockApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent as the DaemonSet runs it, from the image's root file system. */
@RequiresRoot
class ImageTest {
  private static final long LARGEST = 120_000_000;
  private static final int STARTS = 3;

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
    // On the node itself: for an address without a name it would ask a name server in vain.
    try (MockApiServer api = node.call(() -> new MockApiServer())) {
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
  void theInitContainerMountsABpffsWhereThereIsNoneAndReservesPorts() throws IOException {
    Files.createDirectories(Agent.runDirectory(node).resolve("bpf"));
    assertThat(prepare("--pin-dir", "/sys/fs/bpf/sluice")).doesNotContain("mounted");
    assertThat(prepare("--pin-dir", "/run/sluice/bpf/sluice", "--bpffs", "/run/sluice/bpf"))
        .contains("mounted a bpffs on /run/sluice/bpf");
    assertThat(node.run("cat", "/proc/sys/net/ipv4/ip_local_reserved_ports").strip())
        .isEqualTo("49152-65535");
  }

  private String prepare(String... options) {
    List<String> command = new ArrayList<>();
    command.add(image.launcher(lab, node, "").toString());
    command.add("prepare");
    command.addAll(List.of("--run-dir", "/run/sluice"));
    command.addAll(List.of(options));
    return node.run(command.toArray(String[]::new));
  }

  @Test
  void theCapabilitiesOfTheHardenedManifestsAreEnough() throws Exception {
    cluster.apply("web.yaml", web.yaml());
    JsonNode sockets = afterABackendHasGone(capabilities());
    assertThat(sockets.get("destroyed").asLong()).isEqualTo(1);
    assertServed();
    assertThat(cluster.status("node-1").get("problems")).isEmpty();
    assertThat(cluster.agent("node-1").log()).doesNotContain("FAILED").doesNotContain("[ERROR]");
  }

  /** All else works without, so that one may do without. */
  @ParameterizedTest
  @ValueSource(strings = {"sys_admin", "sys_ptrace"})
  void theTwoThatEnterPodsNamespacesAreForStaleSockets(String missing) throws Exception {
    cluster.apply("web.yaml", web.yaml());
    Set<String> fewer = capabilities();
    assertThat(fewer.remove(missing)).isTrue();
    JsonNode sockets = afterABackendHasGone(fewer);
    System.out.printf("without %s: %s%n", missing, sockets);
    assertThat(sockets.get("destroyed").asLong()).isZero();
    assertServed();
  }

  private static Set<String> capabilities() throws IOException {
    Path patch =
        SluiceHome.launcher().resolveSibling("deploy/kustomize/hardened/capabilities.yaml");
    Set<String> names = new TreeSet<>();
    new YAMLMapper()
        .readTree(patch.toFile())
        .at("/spec/template/spec/containers/0/securityContext/capabilities/add")
        .forEach(name -> names.add(name.asText().toLowerCase(Locale.ROOT)));
    assertThat(names).isNotEmpty();
    return names;
  }

  /**
   * What {@code sluice status} says of stale sockets when a connected UDP socket of a pod has lost
   * its backend, and it was looked for.
   */
  private JsonNode afterABackendHasGone(Set<String> capabilities) {
    ServiceFile names = ServiceFile.udp("names", 2).with(lab.pod("pod-c"), 9000);
    cluster.apply("names.yaml", names.yaml());
    // chroot is the test's, not the container's.
    startFromImage(
        "setpriv --inh-caps=-all --bounding-set=-all,+sys_chroot,+"
            + String.join(",+", capabilities),
        "--manifests",
        "/run/manifests");
    Target target = Target.of(names.clusterIp(AddressFamily.IPV4), 80);
    OpenUdp socket = lab.pod("pod-a").probe().openUdp(target, true);
    assertThat(socket.ask("who?").server()).isEqualTo("pod-c");
    cluster.apply(
        "names.yaml", names.without(lab.pod("pod-c")).with(lab.pod("pod-d"), 9000).yaml());
    Await.until("the socket was dealt with", () -> dealtWith(staleSockets()));
    return staleSockets();
  }

  private JsonNode staleSockets() {
    return cluster.status("node-1").get("staleSockets");
  }

  private static boolean dealtWith(JsonNode sockets) {
    return sockets.get("destroyed").asLong() + sockets.get("undestroyed").asLong() > 0
        || !sockets.get("lastFailure").asText().isEmpty();
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
}
