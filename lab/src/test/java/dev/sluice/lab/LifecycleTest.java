// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A lab leaves nothing behind, however it ends. */
@RequiresRoot
final class LifecycleTest {
  @Test
  void aLabIsThereWhileItIsOpenAndGoneAfterClose() {
    LabOptions options = LabOptions.of(Layout.ROUTED);

    try (Lab lab = Lab.start(options)) {
      Leftovers leftovers = Leftovers.find(lab.id());
      assertThat(leftovers.namespaces()).hasSize(8);
      assertThat(leftovers.mounts()).hasSize(2);
      assertThat(leftovers.cgroups()).hasSize(1);
      assertThat(leftovers.directories()).hasSize(1);
      assertThat(leftovers.processes()).hasSize(7);
      assertThat(leftovers.devices()).isEmpty();
    }

    assertNothingLeft(options.id());
  }

  @Test
  void noDeviceOfThisMachineIsTouched() throws IOException {
    List<String> before = ownDevices();

    try (Lab lab = Lab.start(LabOptions.of(Layout.VXLAN).withTunClient().withoutServers())) {
      lab.createPod("pod-x", "node-1");
      assertThat(ownDevices()).isEqualTo(before);
    }

    assertThat(ownDevices()).isEqualTo(before);
  }

  @Test
  void aLabThatFailsToStartLeavesNothing() {
    LabOptions options = LabOptions.of(Layout.BRIDGE).withNodeSysctl("net.ipv4.no_such", "1");

    assertThatThrownBy(() -> Lab.start(options))
        .isInstanceOf(LabException.class)
        .hasMessageContaining("no_such");

    assertNothingLeft(options.id());
  }

  @Test
  void anExceptionInATestLeavesNothing() {
    LabOptions options = LabOptions.of(Layout.ROUTED);

    assertThatThrownBy(
            () -> {
              try (Lab lab = Lab.start(options)) {
                lab.pod("pod-a").start("sleep", "1000");
                lab.pod("no-such-pod");
              }
            })
        .hasMessageContaining("no 'no-such-pod' in this lab; there are: [pod-a, pod-b");

    assertNothingLeft(options.id());
  }

  @Test
  void aPodThatCannotBeMadeLeavesNothingAndItsNameIsFree() {
    try (Lab lab = Lab.start(LabOptions.of(Layout.ROUTED).withoutServers())) {
      NodeHost node = lab.node("node-1");
      node.run("ip", "link", "add", "veth-pod-x", "type", "bridge");
      assertThatThrownBy(() -> lab.createPod("pod-x", "node-1"))
          .isInstanceOf(LabException.class)
          .hasMessageContaining("File exists")
          .hasMessageContaining("link add veth-pod-x");
      node.run("ip", "link", "del", "veth-pod-x");
      assertThat(lab.createPod("pod-x", "node-1").node()).isSameAs(node);
      assertThatThrownBy(() -> lab.createPod("pod-x", "node-2")).hasMessageContaining("taken");
    }
  }

  @Test
  void twoHundredPodsComeAndGo() throws Exception {
    try (Lab lab = Lab.start(LabOptions.of(Layout.BRIDGE))) {
      Target server = Target.of(lab.pod("pod-c").address(AddressFamily.IPV4), 9000);
      long creating = 0;
      for (int i = 0; i < 200; i++) {
        long start = System.nanoTime();
        PodHost pod = lab.createPod("pod-" + i, "node-1");
        creating += System.nanoTime() - start;
        assertThat(pod.connectOnce(server).server()).isEqualTo("pod-c");
        if (i >= 100) {
          lab.deletePod(pod.name());
        }
      }
      System.out.printf("200 pods, on average created in %.1f ms%n", creating / 200e6);
      assertThat(lab.pods()).hasSize(104);
    }
  }

  @Test
  void nodesHaveTheSysctlsAskedFor() {
    LabOptions options =
        LabOptions.of(Layout.BRIDGE)
            .withNodeSysctl("net.ipv4.conf.all.rp_filter", "1")
            .withoutServers();
    try (Lab lab = Lab.start(options)) {
      String path = "/proc/sys/net/ipv4/conf/all/rp_filter";
      assertThat(lab.node("node-2").run("cat", path)).isEqualTo("1\n");
      lab.node("node-2").sysctl("net.ipv4.conf.all.rp_filter", "2");
      assertThat(lab.node("node-2").run("cat", path)).isEqualTo("2\n");
    }
  }

  @Test
  void externalAddressesAreRoutedToTheNodeChosen() {
    try (Lab lab = Lab.start(LabOptions.of(Layout.ROUTED))) {
      for (NodeHost node : lab.nodes()) {
        node.run("ip", "address", "add", "203.0.113.7/32", "dev", "lo");
        node.run("ip", "address", "add", "fd20:113::7/128", "dev", "lo");
      }
      Target ipv4 = Target.of("203.0.113.7", 9000);
      Target ipv6 = Target.of("fd20:113::7", 9000);
      assertThat(lab.client().probe().connect(ipv4).server()).isEqualTo("node-1");
      assertThat(lab.client().probe().connect(ipv6).server()).isEqualTo("node-1");

      lab.routeExternal("203.0.113.0/24", "node-2");
      lab.routeExternal("fd20:113::/64", "node-2");

      assertThat(lab.client().probe().connect(ipv4).server()).isEqualTo("node-2");
      assertThat(lab.client().probe().connect(ipv6).server()).isEqualTo("node-2");
    }
  }

  @Test
  void twoLabsDoNotMeet() {
    try (Lab one = Lab.start(LabOptions.of(Layout.ROUTED));
        Lab other = Lab.start(LabOptions.of(Layout.ROUTED))) {
      assertThatThrownBy(() -> Lab.start(one.options())).hasMessageContaining("already");
      one.node("node-2").stopServers();
      Target node = Target.of(one.node("node-2").address(AddressFamily.IPV4), 9000);
      assertThat(other.client().probe().connect(node).server()).isEqualTo("node-2");
      assertThatThrownBy(() -> one.client().probe().connect(node))
          .isInstanceOf(ProbeException.class);
    }
  }

  @Test
  void aTerminatedTestRunLeavesNothing() throws Exception {
    Process run = startLabInAnotherJvm("term");
    run.destroy();

    assertThat(run.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertNothingLeft("term");
  }

  @Test
  void whatAKilledTestRunLeavesIsRemovedByDown() throws Exception {
    Process run = startLabInAnotherJvm("kill9");
    run.destroyForcibly();
    assertThat(run.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(Leftovers.find("kill9").namespaces()).isNotEmpty();
    assertThat(LabState.read("kill9").ownerIsGone()).isTrue();

    Process down = java(LabCommand.class, "down").start();

    assertThat(down.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertNothingLeft("kill9");
  }

  @Test
  void aLabLeftUpIsSeenBySeparateCommands() throws Exception {
    assertThat(output(java(LabCommand.class, "up", "--id", "leftup", "--layout", "bridge")))
        .contains("lab leftup, layout bridge")
        .contains("pod-d");
    assertThat(output(java(LabCommand.class, "list"))).contains("leftup");
    assertThat(output(java(LabCommand.class, "status", "--id", "leftup")))
        .contains("10.1.2.3", "processes: 1");
    Path enter = EnterScript.path(LabState.directory("leftup").resolve("pod-a"));
    assertThat(output(new ProcessBuilder("sh", enter.toString(), "cat", "/proc/self/cgroup")))
        .contains("/sluice-leftup/node-1/pod-a");

    assertThat(output(java(LabCommand.class, "down", "--id", "leftup"))).contains("leftup");

    assertNothingLeft("leftup");
  }

  /** Holds a lab open until it is ended by a signal. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws InterruptedException {
      Lab lab = Lab.start(LabOptions.of(Layout.ROUTED).withId(arguments[0]));
      lab.pod("pod-a").start("sleep", "1000");
      System.out.println("up");
      Thread.sleep(Duration.ofMinutes(1));
    }
  }

  private static Process startLabInAnotherJvm(String id) throws IOException {
    Process run = java(Holder.class, id).start();
    BufferedReader reader = run.inputReader();
    assertThat(reader.readLine()).isEqualTo("up");
    return run;
  }

  private static ProcessBuilder java(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  private static String output(ProcessBuilder builder) throws Exception {
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }

  private static List<String> ownDevices() throws IOException {
    return NetworkInterface.networkInterfaces().map(NetworkInterface::getName).sorted().toList();
  }

  private static void assertNothingLeft(String id) {
    assertThat(Leftovers.find(id)).matches(Leftovers::isEmpty, "is empty");
  }
}
