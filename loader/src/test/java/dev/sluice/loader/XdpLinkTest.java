// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Links to the XDP hook of a virtual Ethernet device in a private network namespace. */
class XdpLinkTest {
  private static final int EBUSY = 16;
  private static final int EOPNOTSUPP = 95;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private BpfObject object;
  private TestNetworkNamespace namespace;
  private int device;

  @BeforeEach
  void load() {
    namespace = new TestNetworkNamespace();
    object = TestObjects.load();
    device = namespace.createVeth("test0", "test1");
  }

  @AfterEach
  void close() {
    if (object != null) {
      object.close();
      namespace.close();
    }
  }

  @Test
  void theDriverRunsTheProgramUntilTheLinkIsClosed() {
    try (BpfLink link = attach("count_frames")) {
      LinkInfo info = link.info();
      assertThat(info.type()).isEqualTo(LinkType.XDP);
      assertThat(info.interfaceIndex()).isEqualTo(device);
      assertThat(info.programId()).isEqualTo(object.program("count_frames").id());
      assertThat(programOnDevice()).hasValue(info.programId());
      // "xdpgeneric" would be the stack's.
      assertThat(shown()).containsPattern("\\bxdp\\b");
      sendFrames();
      awaitFrames(4);
    }
    assertThat(programOnDevice()).isEmpty();
    assertThat(shown()).doesNotContain("xdp");
  }

  @Test
  void aLinkTakesAnotherProgramInOneStep() {
    try (BpfLink link = attach("count_frames")) {
      link.update(object.program("count_other_frames"));
      assertThat(programOnDevice()).hasValue(object.program("count_other_frames").id());
      sendFrames();
      awaitFrames(5);
    }
  }

  @Test
  void aPinnedLinkStaysWhenItsOwnerIsGone() {
    try (TestBpfFileSystem pins = new TestBpfFileSystem()) {
      Path pin = pins.path("link");
      try (BpfLink link = attach("count_frames")) {
        link.pin(pin);
      }
      assertThat(programOnDevice()).hasValue(object.program("count_frames").id());
      try (BpfLink reopened = BpfLink.openPinned(pin)) {
        assertThat(reopened.info().interfaceIndex()).isEqualTo(device);
        reopened.detach();
        assertThat(reopened.info().interfaceIndex()).isZero();
      }
      assertThat(programOnDevice()).isEmpty();
    }
  }

  @Test
  void aLinkNoticesThatItsDeviceIsGone() {
    try (BpfLink link = attach("count_frames")) {
      namespace.run(() -> Command.run("ip", "link", "del", "test0"));
      assertThat(link.info().interfaceIndex()).isZero();
    }
  }

  @Test
  void theProgramOfAnotherIsNotReplaced() {
    try (BpfLink first = attach("count_frames")) {
      assertThatThrownBy(() -> attach("count_other_frames").close())
          .isInstanceOfSatisfying(
              BpfException.class, failure -> assertThat(failure.errno()).isEqualTo(EBUSY))
          .hasMessageContaining("program 'count_other_frames' at native XDP of interface");
      assertThat(programOnDevice()).hasValue(first.info().programId());
    }
  }

  @Test
  void aDriverWithoutXdpIsReportedAndTheStackDoesNotStandIn() {
    namespace.run(() -> Command.run("ip", "link", "add", "bridge0", "type", "bridge"));
    device = namespace.indexOf("bridge0");
    assertThatThrownBy(() -> attach("count_frames").close())
        .isInstanceOfSatisfying(
            BpfException.class, failure -> assertThat(failure.errno()).isEqualTo(EOPNOTSUPP));
    assertThat(programOnDevice()).isEmpty();
  }

  private BpfLink attach(String program) {
    return namespace.call(() -> BpfLink.attachXdp(object.program(program), device));
  }

  private OptionalInt programOnDevice() {
    return namespace.call(() -> BpfLink.xdpProgramOn(device));
  }

  private String shown() {
    return namespace.call(() -> Command.run("ip", "link", "show", "test0"));
  }

  /** Two frames from the peer to the device. */
  private void sendFrames() {
    namespace.run(
        () -> {
          Command.run("ip", "address", "add", "192.0.2.1/24", "dev", "test1");
          Command.run(
              "ip", "neigh", "add", "192.0.2.2", "lladdr", "02:00:00:00:00:02", "dev", "test1");
          Datagrams.send("192.0.2.2", 2);
        });
  }

  /** The device takes frames a moment after they are sent. */
  private void awaitFrames(int counter) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (TestObjects.counter(object, counter) < 2) {
      assertThat(System.nanoTime()).as("frames within %s", PATIENCE).isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
