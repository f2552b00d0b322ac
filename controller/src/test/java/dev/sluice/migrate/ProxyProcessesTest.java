// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migrate.Finding.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProxyProcessesTest {
  private static final String INITIAL = "pid:[4026531836]";
  private static final String NODE = "net:[4026531840]";

  @TempDir private Path root;

  @BeforeEach
  void aNode() throws IOException {
    link("self/ns/pid", INITIAL);
    link("self/ns/net", NODE);
    process(1, "systemd", "/sbin/init");
  }

  private void process(int pid, String comm, String... commandLine) throws IOException {
    file(pid + "/comm", comm + "\n");
    file(pid + "/cmdline", String.join("\0", commandLine) + (commandLine.length > 0 ? "\0" : ""));
  }

  private void file(String name, String content) throws IOException {
    Path file = root.resolve("proc").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private void link(String name, String target) throws IOException {
    Path link = root.resolve("proc").resolve(name);
    Files.createDirectories(link.getParent());
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, Path.of(target));
  }

  private Finding finding() {
    List<Finding> findings = new ProxyProcesses(root).find();
    assertThat(findings).hasSize(1);
    return findings.getFirst();
  }

  @Test
  void noneIsFoundWhereNoneRuns() throws IOException {
    process(20, "kube-proxy-ng", "/usr/bin/kube-proxy-ng");
    process(21, "bash", "bash", "-c", "kube-proxy");
    process(22, "kthreadd");
    assertThat(finding().level()).isEqualTo(Level.CLEAR);
  }

  @Test
  void oneOfADaemonSetIsFoundWithItsCommandLine() throws IOException {
    process(77, "kube-proxy", "/usr/local/bin/kube-proxy", "--config=/var/lib/kube-proxy/c.conf");
    file("77/cgroup", "0::/kubepods.slice/kubepods-besteffort.slice/cri-containerd-1.scope\n");
    assertThat(finding().level()).isEqualTo(Level.TODO);
    assertThat(finding().found())
        .contains("pid 77 in a pod, /usr/local/bin/kube-proxy --config=/var/lib/kube-proxy/c.conf");
    assertThat(finding().whatToDo()).contains("DaemonSet");
  }

  @Test
  void oneThatRunsAsAServiceIsFound() throws IOException {
    process(78, "kube-proxy", "/usr/bin/kube-proxy");
    assertThat(finding().whatToDo()).contains("service");
  }

  @Test
  void theNameOfTheThreadMayHaveChanged() throws IOException {
    process(79, "main", "/opt/kube-proxy", "--v=2");
    assertThat(finding().count()).isEqualTo(1);
  }

  @Test
  void oneBinaryForAllOfKubernetesIsKnown() throws IOException {
    process(80, "hyperkube", "/hyperkube", "proxy");
    process(81, "hyperkube", "/hyperkube", "kubelet");
    assertThat(finding().count()).isEqualTo(1);
  }

  @Test
  void oneInAnotherNetworkNamespaceIsNotThisNodes() throws IOException {
    process(82, "kube-proxy", "/usr/bin/kube-proxy");
    link("82/ns/net", "net:[4026532999]");
    assertThat(finding().level()).isEqualTo(Level.CLEAR);
  }

  @Test
  void aContainerOfItsOwnCannotTell() throws IOException {
    link("self/ns/pid", "pid:[4026533000]");
    assertThat(finding().level()).isEqualTo(Level.UNKNOWN);
    assertThat(finding().whatToDo()).contains("hostPID");
  }

  @Test
  void aNodeThatIsAContainerItselfCanTell() throws IOException {
    link("self/ns/pid", "pid:[4026533000]");
    process(90, "kubelet", "/usr/bin/kubelet");
    assertThat(finding().level()).isEqualTo(Level.CLEAR);
  }
}
