// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Links to devices of a private network namespace and to a private cgroup. */
class LinkTest {
  private BpfObject object;
  private TestNetworkNamespace namespace;

  @BeforeEach
  void load() {
    namespace = new TestNetworkNamespace();
    object = TestObjects.load();
  }

  @AfterEach
  void close() {
    if (object != null) {
      object.close();
      namespace.close();
    }
  }

  @Test
  void aTcxLinkSeesPacketsUntilItIsClosed() {
    assumeTcx();
    try (BpfLink link = attach("count_one", loopback(), TcDirection.INGRESS)) {
      LinkInfo info = link.info();
      assertThat(info.type()).isEqualTo(LinkType.TCX);
      assertThat(info.interfaceIndex()).isEqualTo(loopback());
      assertThat(info.programId()).isEqualTo(object.program("count_one").id());
      assertThat(info.id()).isPositive();
      sendPackets();
      assertThat(TestObjects.counter(object, 1)).isGreaterThanOrEqualTo(2);
    }
    long seen = TestObjects.counter(object, 1);
    sendPackets();
    assertThat(TestObjects.counter(object, 1)).isEqualTo(seen);
  }

  @Test
  void aLinkTakesAnotherProgramInOneStep() {
    assumeTcx();
    try (BpfLink link = attach("count_one", loopback(), TcDirection.EGRESS)) {
      link.update(object.program("count_two"));
      assertThat(link.info().programId()).isEqualTo(object.program("count_two").id());
      sendPackets();
      assertThat(TestObjects.counter(object, 1)).isZero();
      assertThat(TestObjects.counter(object, 2)).isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void aPinnedLinkStaysWhenItsOwnerIsGone() {
    assumeTcx();
    try (TestBpfFileSystem pins = new TestBpfFileSystem()) {
      Path pin = pins.path("link");
      try (BpfLink link = attach("count_one", loopback(), TcDirection.INGRESS)) {
        link.pin(pin);
      }
      sendPackets();
      assertThat(TestObjects.counter(object, 1)).isPositive();
      try (BpfLink reopened = BpfLink.openPinned(pin)) {
        assertThat(reopened.info().interfaceIndex()).isEqualTo(loopback());
        reopened.detach();
        assertThat(reopened.info().interfaceIndex()).isZero();
      }
      long seen = TestObjects.counter(object, 1);
      sendPackets();
      assertThat(TestObjects.counter(object, 1)).isEqualTo(seen);
    }
  }

  @Test
  void aLinkNoticesThatItsDeviceIsGone() {
    assumeTcx();
    int device = namespace.createVeth("test0", "test1");
    try (BpfLink link = attach("count_one", device, TcDirection.INGRESS)) {
      assertThat(link.info().interfaceIndex()).isEqualTo(device);
      namespace.run(() -> Command.run("ip", "link", "del", "test0"));
      assertThat(link.info().interfaceIndex()).isZero();
      assertThatThrownBy(() -> link.update(object.program("count_two")))
          .isInstanceOf(BpfException.class)
          .hasMessageContaining("ENOLINK");
    }
  }

  @Test
  void aDeviceThatIsNotThereIsReported() {
    assumeTcx();
    assertThatThrownBy(() -> attach("count_one", 4711, TcDirection.INGRESS).close())
        .isInstanceOf(BpfException.class)
        .hasMessageContaining("program 'count_one' at tcx INGRESS of interface 4711")
        .hasMessageContaining("ENODEV");
  }

  @Test
  void aCgroupLinkSeesTheProcessesOfItsCgroup() {
    try (TestCgroup cgroup = new TestCgroup()) {
      BpfProgram program = object.program("count_connect");
      try (BpfLink link =
          BpfLink.attachCgroup(program, cgroup.path(), CgroupAttachType.INET4_CONNECT)) {
        LinkInfo info = link.info();
        assertThat(info.type()).isEqualTo(LinkType.CGROUP);
        assertThat(info.cgroupId()).isPositive();
        assertThat(info.programId()).isEqualTo(program.id());
        String connect = "(exec 3<>/dev/tcp/127.0.0.1/9) 2>/dev/null || true";
        namespace.run(() -> Command.run("bash", "-c", connect));
        assertThat(TestObjects.counter(object, 3)).isZero();
        namespace.run(() -> cgroup.run(connect));
        assertThat(TestObjects.counter(object, 3)).isEqualTo(1);
      }
    }
  }

  @Test
  void aMissingCgroupAndAWrongHookAreReported() {
    try (TestCgroup cgroup = new TestCgroup()) {
      BpfProgram program = object.program("count_connect");
      assertThatThrownBy(
              () ->
                  BpfLink.attachCgroup(
                      program, cgroup.path().resolve("none"), CgroupAttachType.INET4_CONNECT))
          .isInstanceOf(BpfException.class)
          .hasMessageContaining("ENOENT");
      assertThatThrownBy(
              () -> BpfLink.attachCgroup(program, cgroup.path(), CgroupAttachType.INET6_CONNECT))
          .isInstanceOf(BpfException.class)
          .hasMessageContaining("program 'count_connect' at cgroup hook INET6_CONNECT");
    }
  }

  private BpfLink attach(String program, int device, TcDirection direction) {
    return namespace.call(() -> BpfLink.attachTcx(object.program(program), device, direction));
  }

  /** Two packets on the loopback device. */
  private void sendPackets() {
    namespace.run(() -> Datagrams.send("127.0.0.1", 2));
  }

  private static int loopback() {
    return 1;
  }

  private void assumeTcx() {
    assumeTrue(
        BpfLink.supportsTcx(object.program("count_one")), "this kernel has no tcx (6.6 and later)");
  }
}
