// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkNamespacesTest {
  @TempDir private Path root;

  @Test
  void everyNamespaceOfAProcessOrAMountIsFoundOnce() throws IOException {
    process("1", "net:[4026531840]");
    process("20", "net:[4026532001]");
    process("21", "net:[4026532001]");
    Files.createDirectories(root.resolve("proc/22/ns"));
    Files.createDirectories(root.resolve("proc/sys"));
    mounts(
        "60 30 0:4 net:[4026532001] /run/netns/pod rw shared:1 - nsfs nsfs rw",
        "61 30 0:4 net:[4026532002] /var/run/netns/empty rw shared:1 - nsfs nsfs rw",
        "62 30 0:4 mnt:[4026532003] /run/snapd/ns/x.mnt rw - nsfs nsfs rw",
        "63 30 0:5 / /run rw - tmpfs tmpfs rw");
    Map<String, List<Path>> found = NetworkNamespaces.find(root);
    assertThat(found)
        .hasSize(3)
        .containsEntry("net:[4026531840]", List.of(root.resolve("proc/1/ns/net")))
        .containsEntry("net:[4026532002]", List.of(Path.of("/var/run/netns/empty")));
    assertThat(found.get("net:[4026532001]"))
        .containsExactlyInAnyOrder(
            root.resolve("proc/20/ns/net"),
            root.resolve("proc/21/ns/net"),
            Path.of("/run/netns/pod"));
  }

  @Test
  void aNamespaceThatHasGoneIsNotEntered() {
    assertThat(NetworkNamespaces.enter(List.of(root.resolve("proc/1/ns/net")))).isFalse();
  }

  @Test
  void aNamespaceIsEnteredByTheFirstFileThatIsStillThere() {
    try (PrivateNetwork network = new PrivateNetwork();
        PrivateNetwork other = new PrivateNetwork()) {
      Path file = Path.of("/proc/self/task/" + network.threadId() + "/ns/net");
      boolean entered =
          other.call(() -> NetworkNamespaces.enter(List.of(root.resolve("gone"), file)));
      assertThat(entered).isTrue();
      assertThat(other.call(NetworkNamespacesTest::here))
          .isEqualTo(network.call(NetworkNamespacesTest::here));
    }
  }

  private static Path here() throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"));
  }

  private void process(String id, String namespace) throws IOException {
    Path directory = Files.createDirectories(root.resolve("proc").resolve(id).resolve("ns"));
    Files.createSymbolicLink(directory.resolve("net"), Path.of(namespace));
  }

  private void mounts(String... lines) throws IOException {
    Path file = root.resolve("proc/self/mountinfo");
    Files.createDirectories(file.getParent());
    Files.write(file, List.of(lines));
  }
}
