// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RtnetlinkMonitorTest {
  private static final int SET_LINK = 19;
  private static final int FLAG_REQUEST = 1;
  private static final int IFLA_MTU = 4;

  private PrivateNamespace namespace;

  /** Keeps what it is told. */
  private static final class Recorder implements RtnetlinkMonitor.Listener {
    private final BlockingQueue<NetworkEvent> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> resynchronisations = new LinkedBlockingQueue<>();

    @Override
    public void received(List<NetworkEvent> received) {
      events.addAll(received);
    }

    @Override
    public void resynchronise() {
      resynchronisations.add("resynchronise");
    }

    NetworkEvent await(Predicate<NetworkEvent> wanted) throws InterruptedException {
      while (true) {
        NetworkEvent event = events.poll(5, TimeUnit.SECONDS);
        assertThat(event).as("the event did not come within 5 seconds").isNotNull();
        if (wanted.test(event)) {
          return event;
        }
      }
    }
  }

  @BeforeEach
  void open() {
    namespace = new PrivateNamespace();
  }

  @AfterEach
  void close() {
    if (namespace != null) {
      namespace.close();
    }
  }

  private RtnetlinkMonitor monitor() {
    return namespace.call(() -> RtnetlinkMonitor.open(EnumSet.allOf(RtnetlinkMonitor.Group.class)));
  }

  @Test
  void whatHappensBetweenOpeningAndStartingIsDelivered() throws Exception {
    Recorder recorder = new Recorder();
    try (RtnetlinkMonitor monitor = monitor()) {
      namespace.addDevice("early0");
      monitor.start(recorder);
      recorder.await(
          event ->
              event instanceof NetworkEvent.LinkPresent(Link link) && link.name().equals("early0"));
    }
  }

  @Test
  void linksAddressesRoutesAndNeighboursAreReportedAsTheyComeAndGo() throws Exception {
    Recorder recorder = new Recorder();
    try (RtnetlinkMonitor monitor = monitor()) {
      monitor.start(recorder);
      namespace.addDevice("d0");
      namespace.run("ip link set d0 up");
      recorder.await(event -> event instanceof NetworkEvent.LinkPresent(Link link) && link.up());
      namespace.run("ip addr add 192.0.2.1/24 dev d0");
      recorder.await(
          event ->
              event instanceof NetworkEvent.AddressPresent(InterfaceAddress address)
                  && address.address().equals(Links.inet("192.0.2.1")));
      namespace.run("ip route add default via 192.0.2.254");
      recorder.await(
          event -> event instanceof NetworkEvent.RoutePresent(Route route) && route.isDefault());
      namespace.run("ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev d0");
      recorder.await(
          event ->
              event instanceof NetworkEvent.NeighbourPresent(Neighbour neighbour)
                  && neighbour.mac().equals("02:00:00:00:00:09"));
      namespace.run("ip neigh del 192.0.2.9 dev d0");
      recorder.await(NetworkEvent.NeighbourRemoved.class::isInstance);
      namespace.run("ip route del default");
      recorder.await(
          event -> event instanceof NetworkEvent.RouteRemoved(Route route) && route.isDefault());
      namespace.run("ip addr del 192.0.2.1/24 dev d0");
      recorder.await(NetworkEvent.AddressRemoved.class::isInstance);
      namespace.run("ip link del d0");
      recorder.await(NetworkEvent.LinkRemoved.class::isInstance);
    }
  }

  @Test
  void aPortThatLeavesItsBridgeIsNotReportedAsRemoved() throws Exception {
    Recorder recorder = new Recorder();
    namespace.run("ip link add br0 type bridge");
    namespace.run("ip link add veth0 type veth peer name veth1");
    namespace.run("ip link set veth0 master br0");
    try (RtnetlinkMonitor monitor = monitor()) {
      monitor.start(recorder);
      namespace.run("ip link set veth0 nomaster");
      namespace.addDevice("last0");
      recorder.await(
          event -> {
            assertThat(event).isNotInstanceOf(NetworkEvent.LinkRemoved.class);
            return event instanceof NetworkEvent.LinkPresent(Link link)
                && link.name().equals("last0");
          });
    }
  }

  @Test
  void anEventReachesTheListenerWithinMilliseconds() throws Exception {
    namespace.addDevice("d0");
    int index = namespace.call(() -> indexOf("d0"));
    int rounds = 300;
    long[] nanoseconds = new long[rounds];
    BlockingQueue<Long> arrivals = new LinkedBlockingQueue<>();
    RtnetlinkMonitor.Listener clock =
        new RtnetlinkMonitor.Listener() {
          @Override
          public void received(List<NetworkEvent> events) {
            arrivals.add(System.nanoTime());
          }

          @Override
          public void resynchronise() {}
        };
    try (RtnetlinkMonitor monitor = monitor();
        NetlinkSocket socket =
            namespace.call(
                () -> new NetlinkSocket(NetlinkSocket.Protocol.NETLINK_ROUTE, 1 << 20))) {
      monitor.start(clock);
      for (int i = 0; i < rounds; i++) {
        long start = System.nanoTime();
        socket.send(setMtu(index, 1000 + i));
        Long arrival = arrivals.poll(5, TimeUnit.SECONDS);
        assertThat(arrival).as("event " + i).isNotNull();
        nanoseconds[i] = arrival - start;
      }
    }
    Arrays.sort(nanoseconds);
    System.out.printf(
        "link event, request to listener: median %.3f ms, 99 %% %.3f ms, worst %.3f ms%n",
        nanoseconds[rounds / 2] / 1e6,
        nanoseconds[rounds * 99 / 100] / 1e6,
        nanoseconds[rounds - 1] / 1e6);
    assertThat(Duration.ofNanos(nanoseconds[rounds / 2])).isLessThan(Duration.ofMillis(5));
  }

  @Test
  void afterAnOverrunNoChangeMadeSinceTheWordToResynchroniseIsLost() throws Exception {
    namespace.addDevice("d0");
    int index = namespace.call(() -> indexOf("d0"));
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Recorder recorder = new Recorder();
    RtnetlinkMonitor.Listener slow =
        new RtnetlinkMonitor.Listener() {
          @Override
          public void received(List<NetworkEvent> events) {
            blocked.countDown();
            awaitLatch(release);
            recorder.received(events);
          }

          @Override
          public void resynchronise() {
            recorder.resynchronise();
          }
        };
    try (RtnetlinkMonitor monitor =
            namespace.call(
                () -> RtnetlinkMonitor.open(EnumSet.of(RtnetlinkMonitor.Group.LINKS), 4096));
        NetlinkSocket socket =
            namespace.call(
                () -> new NetlinkSocket(NetlinkSocket.Protocol.NETLINK_ROUTE, 1 << 20))) {
      monitor.start(slow);
      socket.send(setMtu(index, 1400));
      awaitLatch(blocked);
      for (int i = 0; i < 200; i++) {
        socket.send(setMtu(index, 1000 + i));
      }
      release.countDown();
      assertThat(recorder.resynchronisations.poll(5, TimeUnit.SECONDS)).isNotNull();
      socket.send(setMtu(index, 1499));
      recorder.await(
          event -> event instanceof NetworkEvent.LinkPresent(Link link) && link.mtu() == 1499);
    }
  }

  @Test
  void theReceiveBufferIsLarge() {
    try (RtnetlinkMonitor monitor = monitor()) {
      assertThat(monitor.receiveBufferBytes()).isGreaterThanOrEqualTo(16 << 20);
    }
  }

  @Test
  void aListenerThatFailsIsToldToResynchronise() throws Exception {
    Recorder recorder = new Recorder();
    RtnetlinkMonitor.Listener failing =
        new RtnetlinkMonitor.Listener() {
          @Override
          public void received(List<NetworkEvent> events) {
            throw new IllegalStateException("on purpose, in a test");
          }

          @Override
          public void resynchronise() {
            recorder.resynchronise();
          }
        };
    try (RtnetlinkMonitor monitor = monitor()) {
      monitor.start(failing);
      namespace.addDevice("d0");
      assertThat(recorder.resynchronisations.poll(5, TimeUnit.SECONDS)).isNotNull();
    }
  }

  @Test
  void closingEndsTheThreadAtOnce() {
    for (int i = 0; i < 20; i++) {
      RtnetlinkMonitor monitor = monitor();
      monitor.start(new Recorder());
      long start = System.nanoTime();
      monitor.close();
      monitor.close();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("rtnetlink-monitor"));
  }

  private static int indexOf(String name) {
    try (Rtnetlink rtnetlink = Rtnetlink.open()) {
      return rtnetlink.links().stream()
          .filter(link -> link.name().equals(name))
          .findFirst()
          .orElseThrow()
          .index();
    }
  }

  private static byte[] setMtu(int index, int mtu) {
    ByteBuffer fixed = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    fixed.putInt(4, index);
    return new NetlinkWriter(64, SET_LINK, FLAG_REQUEST, 1)
        .fixed(fixed.array())
        .attributeInt(IFLA_MTU, mtu)
        .toBytes();
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
