// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel reports of a network that changes. */
class NextHopMonitorTest {
  private static final String NEIGHBOUR = "192.0.2.2 lladdr 02:00:00:00:00:02 dev d0";

  private static final long PAUSE_NANOS = 10_000_000;
  private static final long QUIET_MILLIS = 50;

  private final Semaphore told = new Semaphore(0);
  private PrivateNamespace namespace;

  @BeforeEach
  void open() {
    namespace = new PrivateNamespace();
    namespace.run("ip link add d0 type veth peer name d1");
    for (String device : new String[] {"d0", "d1"}) {
      // Else addresses and their neighbours come at any time later.
      namespace.run("ip link set " + device + " addrgenmode none");
      namespace.run("ip link set " + device + " up");
    }
    namespace.run("ip address add 192.0.2.1/24 dev d0");
    namespace.run("ip neigh add " + NEIGHBOUR + " nud permanent");
    namespace.run("ip route add 198.51.100.0/24 via 192.0.2.2");
    awaitCarrier("d0");
    awaitCarrier("d1");
  }

  /** The kernel reports it some time after the device is up. */
  private void awaitCarrier(String device) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!namespace.run("ip -o link show " + device).contains("state UP")) {
      assertThat(System.nanoTime()).as("carrier of %s", device).isLessThan(deadline);
    }
  }

  @AfterEach
  void close() {
    if (namespace != null) {
      namespace.close();
    }
  }

  /** After it has told for the first time, at once. */
  private NextHopMonitor monitor() {
    NextHopMonitor monitor = namespace.call(() -> NextHopMonitor.open(told::release));
    assertThat(told.tryAcquire()).as("told at the start").isTrue();
    return monitor;
  }

  private boolean isTold() throws InterruptedException {
    return told.tryAcquire(5, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ip neigh change 192.0.2.2 lladdr 02:00:00:00:00:03 dev d0 nud permanent",
        "ip neigh del 192.0.2.2 dev d0",
        "ip neigh change 192.0.2.2 dev d0 nud failed",
        "ip neigh add 192.0.2.3 lladdr 02:00:00:00:00:03 dev d0 nud reachable",
        "ip route replace 198.51.100.0/24 via 192.0.2.3",
        "ip route del 198.51.100.0/24",
        "ip -6 route add 2001:db8::/64 dev d0",
        "ip rule add from 203.0.113.0/24 lookup 100",
        "ip -6 rule add from 2001:db8::/64 lookup 100",
        "ip nexthop add id 7 via 192.0.2.2 dev d0",
        "ip address add 192.0.2.9/24 dev d0",
        "ip link set d0 address 02:00:00:00:00:99",
        "ip link set d0 down",
      })
  void whatSendsPacketsElsewhereIsTold(String change) throws Exception {
    try (NextHopMonitor _ = monitor()) {
      namespace.run(change);
      assertThat(isTold()).isTrue();
    }
  }

  /** The kernel flushes the routes of a link only after it has said that the link goes down. */
  @Test
  void afterALinkThereIsASecondWord() throws Exception {
    try (NextHopMonitor _ = monitor()) {
      namespace.run("ip link set d0 down");
      assertThat(isTold()).isTrue();
      assertThat(isTold()).isTrue();
    }
  }

  @Test
  void howSureTheKernelIsOfANeighbourIsNotTold() throws Exception {
    try (NextHopMonitor _ = monitor()) {
      for (String state : new String[] {"stale", "reachable", "stale"}) {
        namespace.run("ip neigh change " + NEIGHBOUR + " nud " + state);
      }
      // Told in order: what comes now is all that there was.
      namespace.run("ip neigh del 192.0.2.2 dev d0");
      assertThat(isTold()).isTrue();
      assertThat(told.availablePermits()).isZero();
    }
  }

  @Test
  void manyChangesAreToldInFewWords() throws Exception {
    int changes = 2000;
    StringBuilder batch = new StringBuilder();
    for (int i = 0; i < changes; i++) {
      String verb = i % 2 == 0 ? "add" : "del";
      batch.append("route ").append(verb).append(" 203.0.113.0/24 via 192.0.2.2\n");
    }
    try (NextHopMonitor _ = monitor()) {
      long start = System.nanoTime();
      namespace.batch(batch.toString());
      int words = 0;
      while (told.tryAcquire(QUIET_MILLIS, TimeUnit.MILLISECONDS)) {
        words++;
      }
      long elapsed = System.nanoTime() - start;
      System.out.printf(
          "%d changes of routes in %.2f s: told %d times%n", changes, elapsed / 1e9, words);
      assertThat(words).isBetween(1, (int) (elapsed / PAUSE_NANOS) + 1);
    }
  }
}
