// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Failure;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.ProbeException;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import dev.sluice.lab.e2e.Cell.Backend;
import dev.sluice.lab.e2e.Cell.Call;
import dev.sluice.lab.e2e.Cell.Client;
import dev.sluice.lab.e2e.Cell.Exchange;
import dev.sluice.lab.e2e.Cell.Frontend;
import dev.sluice.lab.e2e.Cell.Way;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Datagrams too long for one packet go every way to a Service, and so do the answers. */
@RequiresRoot
final class FragmentTest {
  private static final int BYTES = 8000;

  /** Of such a datagram, and of its echo, with any MTU from 1400 to 1500. */
  private static final int FRAGMENTS = 6;

  private static final Random RANDOM = new Random(8000);

  @TestFactory
  Stream<DynamicTest> longDatagramsAreAnsweredInTheRoutedLayout() {
    return longDatagrams(LabOptions.of(Layout.ROUTED));
  }

  @TestFactory
  Stream<DynamicTest> longDatagramsAreAnsweredInTheBridgeLayout() {
    return longDatagrams(LabOptions.of(Layout.BRIDGE));
  }

  @TestFactory
  Stream<DynamicTest> longDatagramsAreAnsweredInTheVxlanLayout() {
    MatrixCluster matrix = cluster(LabOptions.of(Layout.VXLAN));
    return cells(
            cell -> {
              if (cell.client() == Client.OUTSIDE && cell.call().family() == AddressFamily.IPV6) {
                learnPathMtu(matrix, cell);
              }
              check(matrix, cell);
            })
        .onClose(matrix::close);
  }

  /** Connection tracking puts datagrams together behind tc, and cuts them up again before it. */
  @TestFactory
  Stream<DynamicTest> longDatagramsAreAnsweredWithConnectionTrackingInTheRoutedLayout() {
    return tracked(LabOptions.of(Layout.ROUTED));
  }

  @TestFactory
  Stream<DynamicTest> longDatagramsAreAnsweredWithConnectionTrackingInTheBridgeLayout() {
    assumeTrue(
        Files.exists(Path.of("/proc/sys/net/bridge/bridge-nf-call-iptables")),
        "bridged packets do not pass netfilter here: load the module br_netfilter");
    return tracked(
        LabOptions.of(Layout.BRIDGE)
            .withNodeSysctl("net.bridge.bridge-nf-call-iptables", "1")
            .withNodeSysctl("net.bridge.bridge-nf-call-ip6tables", "1"));
  }

  private static Stream<DynamicTest> longDatagrams(LabOptions options) {
    MatrixCluster matrix = cluster(options);
    return cells(cell -> check(matrix, cell)).onClose(matrix::close);
  }

  private static Stream<DynamicTest> tracked(LabOptions options) {
    assumeTrue(Firewall.isInstalled(), "there is no iptables-legacy: install iptables");
    MatrixCluster matrix = cluster(options);
    Lab lab = matrix.cluster().lab();
    List<Firewall> firewalls =
        Stream.of("node-1", "node-2").map(lab::node).map(Firewall::install).toList();
    return cells(cell -> checkTracked(firewalls, matrix, cell)).onClose(matrix::close);
  }

  /** On its way to a pod here, the chain FORWARD sees the datagram whole. */
  private static void checkTracked(List<Firewall> firewalls, MatrixCluster matrix, Cell cell) {
    AddressFamily family = cell.call().family();
    Firewall firewall = firewalls.getFirst();
    InetAddress client = matrix.host(cell.client()).address(family);
    InetAddress pod = MatrixServices.host(matrix.cluster().lab(), cell.backend()).address(family);
    firewall.count(family, client, pod);
    long before = firewall.seen(family, client, pod);

    check(matrix, cell);

    if (cell.backend() == Backend.SAME_NODE) {
      // On a bridge, neighbour advertisements between pods pass this chain, too.
      assertThat(firewall.seen(family, client, pod) - before)
          .as("packets of FORWARD")
          .isPositive()
          .isLessThan(FRAGMENTS);
    }
    for (Firewall either : firewalls) {
      assertThat(either.dropped(family)).as("dropped as invalid").isZero();
    }
  }

  /**
   * Pods' devices take less than the client's, and routers do not cut up IPv6: the first datagram
   * to an address may be lost, and teaches the client to send shorter fragments.
   */
  private static void learnPathMtu(MatrixCluster matrix, Cell cell) {
    Verdicts before = matrix.cluster().verdicts("node-1");
    Target target = matrix.target(cell).within(Duration.ofSeconds(1));
    try {
      matrix.host(cell.client()).probe().udp(target, text());
    } catch (ProbeException lost) {
      assertThat(lost.failure()).isEqualTo(Failure.TIMED_OUT);
      Verdicts counted = matrix.cluster().verdicts("node-1").since(before);
      assertThat(
              counted.of("tc_ingress", "reject_too_big")
                  + counted.of("tc_egress", "error_translated")
                  + counted.of("tc_ingress", "error_translated"))
          .as("errors about first fragments; all that was counted: %s", counted)
          .isPositive();
    }
  }

  private static MatrixCluster cluster(LabOptions options) {
    return new MatrixCluster(options, 0, "--socket-hooks", "off");
  }

  private static Stream<DynamicTest> cells(Consumer<Cell> check) {
    return MatrixCluster.inOrder(
            Matrix.both(Matrix.byPackets(), Matrix.fromOutside(Client.OUTSIDE)).stream()
                .filter(cell -> cell.exchange() == Exchange.UDP_UNCONNECTED)
                .filter(cell -> cell.call() != Call.IPV4_BY_DUAL_STACK_SOCKET)
                .filter(cell -> cell.frontend() != Frontend.LOAD_BALANCER_IP)
                .toList())
        .map(cell -> DynamicTest.dynamicTest(cell.toString(), () -> check.accept(cell)));
  }

  /** Node-1 has translated every fragment of the datagram and of its echo. */
  private static void check(MatrixCluster matrix, Cell cell) {
    Verdicts counted = matrix.checkDatagram(cell, text());
    String replyHook = cell.way() == Way.SOURCE_NAT ? "tc_ingress" : "tc_egress";
    assertThat(counted.of("tc_ingress", "forwarded"))
        .as("later fragments; all that was counted: %s", counted)
        .isEqualTo(FRAGMENTS - 1);
    assertThat(counted.of(replyHook, "replied"))
        .as("fragments of the answer; all that was counted: %s", counted)
        .isEqualTo(FRAGMENTS);
  }

  /** Another one for each datagram, so that no part of it can be an older one's. */
  private static String text() {
    return RANDOM
        .ints(BYTES, 'a', 'z' + 1)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
