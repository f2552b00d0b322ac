// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupRootTest {
  private static final String OWN_NAMESPACE = "cgroup:[4026532999]";

  @TempDir private Path root;
  private FakeMachine machine;

  @BeforeEach
  void create() {
    machine = new FakeMachine(root);
  }

  private CgroupRoot find() {
    return CgroupRoot.find(root, Optional.empty());
  }

  @Test
  void theUnifiedHierarchyIsTaken() {
    assertThat(find().path()).isEqualTo(Path.of("/sys/fs/cgroup"));
    assertThat(find().complete()).isTrue();
  }

  @Test
  void besideVersionOneTheUnifiedDirectoryIsTaken() {
    machine.mounts(
        "30 24 0:25 / /sys/fs/cgroup rw - tmpfs tmpfs rw",
        "31 30 0:27 / /sys/fs/cgroup/memory rw - cgroup none rw,memory",
        "32 30 0:28 / /sys/fs/cgroup/unified rw - cgroup2 none rw");
    assertThat(find().path()).isEqualTo(Path.of("/sys/fs/cgroup/unified"));
    assertThat(find().explanation()).contains("hybrid");
  }

  @Test
  void inAContainerTheHostsMountIsTakenBecauseItLiesAboveTheNamespace() {
    machine.cgroupNamespace(OWN_NAMESPACE);
    machine.mounts(
        "30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
        "40 24 0:26 /../../.. /run/host/cgroup rw - cgroup2 cgroup2 rw",
        "41 24 0:26 /../.. /run/host/kubepods rw - cgroup2 cgroup2 rw");
    assertThat(find().path()).isEqualTo(Path.of("/run/host/cgroup"));
    assertThat(find().complete()).isTrue();
  }

  @Test
  void inAContainerWithoutTheHostsMountThePartIsNamedWithWhatToDo() {
    machine.cgroupNamespace(OWN_NAMESPACE);
    assertThat(CgroupRoot.inOwnNamespace(root)).isTrue();
    assertThat(find().complete()).isFalse();
    assertThat(find().whatToDo()).contains("--cgroupns=host").contains("--cgroup PATH");
  }

  @Test
  void aMountOfAPartIsNotTheRoot() {
    machine.mounts("30 24 0:26 /kubepods/pod1 /sys/fs/cgroup rw - cgroup2 cgroup2 rw");
    assertThat(find().complete()).isFalse();
    assertThat(find().explanation()).contains("/kubepods/pod1");
  }

  @Test
  void aGivenDirectoryMustExistAndBeCgroupVersionTwo() throws Exception {
    Optional<Path> missing = Optional.of(Path.of("/sys/fs/cgroup/none"));
    assertThatThrownBy(() -> CgroupRoot.find(root, missing))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("/sys/fs/cgroup/none is not a directory");
    Files.createDirectories(root.resolve("tmp/x"));
    machine.mounts(
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw",
        "30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw");
    assertThatThrownBy(() -> CgroupRoot.find(root, Optional.of(Path.of("/tmp/x"))))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("type ext4, not cgroup2");
  }

  @Test
  void aGivenDirectoryIsTakenAsItIs() {
    CgroupRoot given = CgroupRoot.find(root, Optional.of(Path.of("/sys/fs/cgroup/system.slice")));
    assertThat(given.path()).isEqualTo(Path.of("/sys/fs/cgroup/system.slice"));
    assertThat(given.complete()).isFalse();
    assertThat(CgroupRoot.find(root, Optional.of(Path.of("/sys/fs/cgroup"))).complete()).isTrue();
  }

  @Test
  void spacesInMountPointsAreUnderstood() {
    machine.mounts("30 24 0:26 / /mnt/c\\040group\\134x rw - cgroup2 cgroup2 rw");
    assertThat(find().path()).isEqualTo(Path.of("/mnt/c group\\x"));
  }

  @Test
  void theRealMachinesRootIsADirectoryOfControlGroups() {
    CgroupRoot found;
    try {
      found = CgroupRoot.find(Path.of("/"), Optional.empty());
    } catch (NodeException e) {
      Assumptions.abort("skipped: " + e.getMessage());
      return;
    }
    System.out.println("cgroup root here: " + found);
    assertThat(found.path().resolve("cgroup.procs")).exists();
    assertThat(CgroupRoot.find(Path.of("/"), Optional.of(found.path())).path())
        .isEqualTo(found.path());
  }
}
