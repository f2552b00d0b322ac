// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Failure;
import dev.sluice.lab.Host;
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
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The matrix by packets, with nodes that drop what connection tracking finds invalid, on bridged
 * packets, too. It works because netfilter sees real addresses in both directions: client and
 * backend never have their Service between them.
 */
@RequiresRoot
final class FirewallTest {
  private static final long TRANSFER_BYTES = 2_000_000;
  private static final int SERVER_PORT = 9000;
  private static final Executor VIRTUAL_THREADS = Thread::startVirtualThread;

  @TestFactory
  @ShowsRules(139)
  Stream<DynamicTest> servicesAreReachedBehindAFirewallInTheRoutedLayout() {
    return behindFirewall(LabOptions.of(Layout.ROUTED));
  }

  @TestFactory
  @ShowsRules(139)
  Stream<DynamicTest> servicesAreReachedBehindAFirewallInTheBridgeLayout() {
    assumeTrue(
        Files.exists(Path.of("/proc/sys/net/bridge/bridge-nf-call-iptables")),
        "bridged packets do not pass netfilter here: load the module br_netfilter");
    return behindFirewall(
        LabOptions.of(Layout.BRIDGE)
            .withNodeSysctl("net.bridge.bridge-nf-call-iptables", "1")
            .withNodeSysctl("net.bridge.bridge-nf-call-ip6tables", "1"));
  }

  private static Stream<DynamicTest> behindFirewall(LabOptions options) {
    assumeTrue(Firewall.isInstalled(), "there is no iptables-legacy: install iptables");
    MatrixCluster matrix = new MatrixCluster(options, TRANSFER_BYTES, "--socket-hooks", "off");
    Lab lab = matrix.cluster().lab();
    Map<String, Firewall> firewalls =
        Stream.of("node-1", "node-2")
            .collect(
                Collectors.toMap(Function.identity(), node -> Firewall.install(lab.node(node))));
    List<Cell> cells = Matrix.both(Matrix.byPackets(), Matrix.fromOutside(Client.OUTSIDE));
    Stream<DynamicTest> works =
        MatrixCluster.inOrder(cells)
            .map(
                cell ->
                    DynamicTest.dynamicTest(
                        cell.toString(), () -> checkBehind(firewalls, matrix, cell)));
    return Stream.concat(works, controls(firewalls.get("node-1"), matrix)).onClose(matrix::close);
  }

  /** The cell works, and the FORWARD chain that is on its way has seen both directions. */
  private static void checkBehind(
      Map<String, Firewall> firewalls, MatrixCluster matrix, Cell cell) {
    Lab lab = matrix.cluster().lab();
    AddressFamily family = cell.call().family();
    InetAddress backend = MatrixServices.host(lab, cell.backend()).address(family);
    InetAddress client = matrix.host(cell.client()).address(family);
    switch (cell.backend()) {
      case SAME_NODE, OTHER_NODE -> {
        boolean sentOn = cell.way() == Way.SOURCE_NAT;
        Firewall firewall = firewalls.get(sentOn ? "node-2" : "node-1");
        InetAddress source = sentOn ? lab.node("node-1").address(family) : client;
        firewall.count(family, source, backend);
        firewall.count(family, backend, source);
        long there = firewall.seen(family, source, backend);
        long back = firewall.seen(family, backend, source);

        matrix.check(cell);

        assertThat(firewall.seen(family, source, backend))
            .as("to the backend")
            .isGreaterThan(there);
        assertThat(firewall.seen(family, backend, source)).as("back").isGreaterThan(back);
      }
      // Traffic of nodes themselves, and what is sent back at once, is not forwarded.
      case ITSELF, HOST_HERE, HOST_THERE -> matrix.check(cell);
    }
    for (Firewall firewall : firewalls.values()) {
      assertThat(firewall.dropped(family)).as("dropped as invalid").isZero();
    }
  }

  /** What if replies were un-translated on the backend's device? Then the same call would fail. */
  private static Stream<DynamicTest> controls(Firewall firewall, MatrixCluster matrix) {
    return Stream.of(Call.IPV4, Call.IPV6)
        .map(
            call ->
                new Cell(
                    Client.POD,
                    Frontend.CLUSTER_IP,
                    Backend.SAME_NODE,
                    Exchange.TCP,
                    call,
                    Way.CLIENTS_DEVICE))
        .flatMap(
            cell ->
                Stream.of(
                    DynamicTest.dynamicTest(
                        "un-translated on the backend's device, it fails: " + cell,
                        () -> misplacedReplyFails(firewall, matrix, cell)),
                    DynamicTest.dynamicTest(
                        "un-translated on the backend's device, without firewall: " + cell,
                        () -> misplacedReplyWorksWithoutFirewall(firewall, matrix, cell))));
  }

  private static void misplacedReplyFails(Firewall firewall, MatrixCluster matrix, Cell cell) {
    AddressFamily family = cell.call().family();
    long before = firewall.dropped(family);

    assertThatThrownBy(() -> connectWithMisplacedReply(matrix, cell))
        .hasCauseInstanceOf(ProbeException.class)
        .cause()
        .extracting(failure -> ((ProbeException) failure).failure())
        .isEqualTo(Failure.TIMED_OUT);

    assertThat(firewall.dropped(family)).as("dropped as invalid").isGreaterThan(before);
  }

  /** So it is the firewall that made the difference. */
  private static void misplacedReplyWorksWithoutFirewall(
      Firewall firewall, MatrixCluster matrix, Cell cell) {
    firewall.lower(cell.call().family());
    try {
      assertThat(connectWithMisplacedReply(matrix, cell)).isEqualTo(cell.backend().host());
    } finally {
      firewall.raise(cell.call().family());
    }
  }

  /**
   * Connects, but while the SYN is held up before the server, the flow's reply entry is changed to
   * be applied where replies enter: on the backend's device. The SYN's repetition gets through.
   *
   * @return who answered
   */
  private static String connectWithMisplacedReply(MatrixCluster matrix, Cell cell) {
    Host client = matrix.host(cell.client());
    Host server = MatrixServices.host(matrix.cluster().lab(), cell.backend());
    Target target = matrix.target(cell).within(Duration.ofMillis(3500));
    CompletableFuture<String> answered;
    try (Firewall.Hold _ = Firewall.hold(server, cell.call().family(), SERVER_PORT)) {
      answered =
          CompletableFuture.supplyAsync(
              () -> client.probe().connect(target).server(), VIRTUAL_THREADS);
      new HalfOpenFlows(matrix.cluster().pins("node-1").resolve("maps"), cell.call().family())
          .awaitAndMoveReplyToIngress(client.address(cell.call().family()));
    }
    return answered.join();
  }
}
