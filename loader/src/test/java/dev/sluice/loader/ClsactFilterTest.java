// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Filters on the clsact qdisc of a device in a private network namespace. */
class ClsactFilterTest {
  private BpfObject object;
  private TestNetworkNamespace namespace;
  private ClsactFilter filter;

  @BeforeEach
  void load() {
    namespace = new TestNetworkNamespace();
    object = TestObjects.load();
    filter = new ClsactFilter(namespace.createVeth("test0", "test1"), TcDirection.INGRESS, 7, 9);
  }

  @AfterEach
  void close() {
    if (object != null) {
      object.close();
      namespace.close();
    }
  }

  @Test
  void aFilterIsAttachedFoundAndDetached() {
    int id = object.program("count_one").id();
    namespace.run(
        () -> {
          assertThat(filter.programId()).isEmpty();
          filter.attach(object.program("count_one"));
          assertThat(filter.programId()).hasValue(id);
          assertThat(filter.detach(id)).isTrue();
          assertThat(filter.programId()).isEmpty();
          assertThat(filter.detach(id)).isFalse();
          assertThat(qdisc()).contains("clsact");
        });
  }

  @Test
  void theFilterSeesPackets() {
    namespace.run(
        () -> {
          filter.attach(object.program("count_one"));
          Command.run("ip", "addr", "add", "192.0.2.1/24", "dev", "test1");
          // Nobody answers; the question by ARP is the packet.
          Datagrams.send("192.0.2.2", 1);
        });
    assertThat(TestObjects.counter(object, 1)).isPositive();
  }

  @Test
  void theOwnFilterIsReplacedInPlace() {
    int first = object.program("count_one").id();
    int second = object.program("count_two").id();
    namespace.run(
        () -> {
          filter.attach(object.program("count_one"));
          filter.replace(first, object.program("count_two"));
          assertThat(filter.programId()).hasValue(second);
          assertThat(Command.run("tc", "filter", "show", "dev", "test0", "ingress"))
              .containsOnlyOnce("handle 0x9");
        });
  }

  @Test
  void aForeignFilterIsNeitherReplacedNorDeleted() {
    int own = object.program("count_one").id();
    int foreign = object.program("count_two").id();
    namespace.run(
        () -> {
          filter.attach(object.program("count_two"));
          assertThat(errnoOf(() -> filter.attach(object.program("count_one"))))
              .isEqualTo(Errno.EEXIST.number());
          assertThat(errnoOf(() -> filter.replace(own, object.program("count_one"))))
              .isEqualTo(Errno.EBUSY.number());
          assertThatThrownBy(() -> filter.detach(own))
              .isInstanceOf(BpfException.class)
              .hasMessageContaining("runs program " + foreign + " instead of " + own)
              .hasMessageContaining("left alone");
          assertThat(filter.programId()).hasValue(foreign);
        });
  }

  @Test
  void anExistingQdiscIsSharedAndDeletedOnlyOnRequest() {
    namespace.run(
        () -> {
          Command.run("tc", "qdisc", "add", "dev", "test0", "clsact");
          assertThat(ClsactFilter.createQdisc(filter.interfaceIndex())).isFalse();
          filter.attach(object.program("count_one"));
          ClsactFilter.deleteQdisc(filter.interfaceIndex());
          assertThat(qdisc()).doesNotContain("clsact");
          assertThat(ClsactFilter.createQdisc(filter.interfaceIndex())).isTrue();
        });
  }

  @Test
  void aDeviceThatIsNotThereIsReported() {
    ClsactFilter nowhere = new ClsactFilter(4711, TcDirection.EGRESS, 7, 9);
    namespace.run(
        () -> {
          assertThatThrownBy(() -> nowhere.attach(object.program("count_one")))
              .isInstanceOf(BpfException.class)
              .hasMessageContaining("interface 4711")
              .hasMessageContaining("ENODEV");
          assertThat(nowhere.programId()).isEmpty();
        });
  }

  private static String qdisc() {
    return Command.run("tc", "qdisc", "show", "dev", "test0");
  }

  private static int errnoOf(Runnable action) {
    return catchThrowableOfType(BpfException.class, action::run).errno();
  }
}
