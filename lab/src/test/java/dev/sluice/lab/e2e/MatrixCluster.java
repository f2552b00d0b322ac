// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.lab.Connection;
import dev.sluice.lab.Host;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.OpenUdp;
import dev.sluice.lab.Probe;
import dev.sluice.lab.Target;
import dev.sluice.lab.Transfer;
import dev.sluice.lab.UdpReply;
import dev.sluice.lab.e2e.Cell.Backend;
import dev.sluice.lab.e2e.Cell.Call;
import dev.sluice.lab.e2e.Cell.Client;
import dev.sluice.lab.e2e.Cell.Exchange;
import dev.sluice.lab.e2e.Cell.Frontend;
import dev.sluice.lab.e2e.Cell.Way;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** A cluster with the matrix's Services, which tries cells and judges them by the counters. */
final class MatrixCluster implements AutoCloseable {
  private static final List<String> HOOKS = List.of("socket", "xdp", "tc_ingress", "tc_egress");

  /** Of a UDP cell. */
  private static final int DATAGRAMS = 5;

  private final Cluster cluster;
  private final long transferBytes;
  private final List<String> arguments;
  private final long start = System.nanoTime();

  /**
   * Brings it up.
   *
   * @param transferBytes what a TCP cell transfers, in each direction
   */
  MatrixCluster(LabOptions options, long transferBytes, String... agentArguments) {
    this(Cluster.create(options, agentArguments), transferBytes, agentArguments);
  }

  /**
   * Starts the agents of a cluster, which it owns from now on.
   *
   * @param transferBytes what a TCP cell transfers, in each direction
   * @param agentArguments only to be printed
   */
  MatrixCluster(Cluster cluster, long transferBytes, String... agentArguments) {
    this.transferBytes = transferBytes;
    arguments = List.of(agentArguments);
    this.cluster = cluster;
    try {
      cluster.apply("matrix.yaml", MatrixServices.manifests(cluster.lab()));
      cluster.startAgents();
    } catch (RuntimeException | AssertionError e) {
      cluster.lab().close();
      throw e;
    }
  }

  Cluster cluster() {
    return cluster;
  }

  /**
   * A test for each cell, in a cluster of their own that goes when they have run.
   *
   * @param transferBytes what a TCP cell transfers, in each direction
   */
  static Stream<DynamicTest> tests(
      List<Cell> cells, LabOptions options, long transferBytes, String... agentArguments) {
    return tests(cells, Cluster.create(options, agentArguments), transferBytes, agentArguments);
  }

  /**
   * The same in a given cluster, which goes when they have run.
   *
   * @param agentArguments only to be printed
   */
  static Stream<DynamicTest> tests(
      List<Cell> cells, Cluster cluster, long transferBytes, String... agentArguments) {
    MatrixCluster matrix = new MatrixCluster(cluster, transferBytes, agentArguments);
    Stream<DynamicTest> more = Stream.of(Call.values()).map(matrix::oneSocketTellsAnswersApart);
    return Stream.concat(matrix.tests(cells), more).onClose(matrix::close);
  }

  /**
   * A test for each cell. Those come first that expect the fewest hooks, so that a straggler of an
   * earlier cell, such as a FIN, cannot be taken for a translation that should not have been.
   */
  Stream<DynamicTest> tests(List<Cell> cells) {
    return inOrder(cells).map(cell -> DynamicTest.dynamicTest(cell.toString(), () -> check(cell)));
  }

  /** The cells in the order in which they are to be checked. */
  static Stream<Cell> inOrder(List<Cell> cells) {
    return cells.stream().sorted(Comparator.comparing(Cell::way));
  }

  /** Makes the cell's calls. Who answers, what the client sees and which hooks worked must fit. */
  void check(Cell cell) {
    Map<String, Verdicts> before = cluster.settledVerdicts();
    Target target = target(cell);
    switch (cell.exchange()) {
      case TCP -> {
        checkConnection(cell, target, probe(cell).connect(target));
        checkTransfer(cell, probe(cell).transfer(target, transferBytes));
      }
      case UDP_CONNECTED -> checkConversation(cell, target, true);
      case UDP_UNCONNECTED -> checkConversation(cell, target, false);
    }
    checkHooks(cell, before, cluster.settledVerdicts());
  }

  /**
   * Sends one datagram and compares what comes back.
   *
   * @return what node-1 has counted meanwhile
   */
  Verdicts checkDatagram(Cell cell, String payload) {
    Map<String, Verdicts> before = cluster.settledVerdicts();
    Target target = target(cell);
    UdpReply reply = probe(cell).udp(target, payload);
    assertThat(reply.payload()).isEqualTo(payload);
    checkReply(cell, target, reply);
    Map<String, Verdicts> after = cluster.settledVerdicts();
    checkHooks(cell, before, after);
    return after.get("node-1").since(before.get("node-1"));
  }

  private void checkConnection(Cell cell, Target target, Connection connection) {
    assertThat(connection.server()).isEqualTo(cell.backend().host());
    assertThat(connection.remote()).as("getpeername()").isEqualTo(socketAddress(target));
    checkClient(cell, connection.banner().client().getAddress());
  }

  private static void checkTransfer(Cell cell, Transfer transfer) {
    assertThat(transfer.banner().server()).isEqualTo(cell.backend().host());
    assertThat(transfer.uploadReceived()).as("SHA-256").isEqualTo(transfer.uploadSent());
    assertThat(transfer.downloadReceived()).as("SHA-256").isEqualTo(transfer.downloadSent());
  }

  /** More than one datagram by one socket: the flow is opened by the first. */
  private void checkConversation(Cell cell, Target target, boolean connected) {
    try (OpenUdp socket = probe(cell).openUdp(target, connected)) {
      for (int number = 1; number <= DATAGRAMS; number++) {
        String payload = cell + ", " + number;
        UdpReply reply = socket.ask(payload);
        assertThat(reply.payload()).isEqualTo(payload);
        checkReply(cell, target, reply);
      }
    }
  }

  private void checkReply(Cell cell, Target target, UdpReply reply) {
    assertThat(reply.server()).isEqualTo(cell.backend().host());
    assertThat(reply.source()).as("source by recvmsg()").isEqualTo(socketAddress(target));
    checkClient(cell, reply.banner().client().getAddress());
  }

  private void checkClient(Cell cell, InetAddress seen) {
    InetAddress own = host(cell.client()).address(cell.call().family());
    switch (cell.way()) {
      case SOCKET, CLIENTS_DEVICE -> {
        if (cell.backendSeesClient()) {
          assertThat(seen).as("client, as the backend sees it").isEqualTo(own);
        }
      }
      case SOURCE_NAT, SOURCE_NAT_BY_XDP ->
          assertThat(seen).as("client, behind source NAT").isNotEqualTo(own);
    }
  }

  private static void checkHooks(
      Cell cell, Map<String, Verdicts> before, Map<String, Verdicts> after) {
    after.forEach(
        (node, verdicts) -> {
          Verdicts since = verdicts.since(before.get(node));
          for (String hook : HOOKS) {
            boolean translates = node.equals("node-1") && cell.way().hooks().contains(hook);
            assertThat(since.translatedAt(hook) > 0)
                .as("translation at %s of %s; what was counted there: %s", hook, node, since)
                .isEqualTo(translates);
          }
          assertThat(since.refusals()).as("refusals of %s", node).isEmpty();
          if (node.equals("node-1") && cell.way() == Way.SOURCE_NAT_BY_XDP) {
            checkXdp(since);
          }
        });
  }

  /** Both directions are XDP's, but for the packets that open flows. */
  private static void checkXdp(Verdicts since) {
    assertThat(since.of("xdp", "forwarded")).as("by XDP to the backend: %s", since).isPositive();
    assertThat(since.of("xdp", "replied")).as("by XDP to the client: %s", since).isPositive();
    assertThat(since.translatedAt("tc_ingress"))
        .as("left to tc: %s", since)
        .isLessThan(since.translatedAt("xdp"));
  }

  /**
   * One unconnected socket asks several Services before it reads an answer: each must come from the
   * address that was asked.
   */
  private DynamicTest oneSocketTellsAnswersApart(Call call) {
    List<Target> targets =
        Stream.of(
                cell(Frontend.CLUSTER_IP, Backend.OTHER_NODE, call),
                cell(Frontend.CLUSTER_IP, Backend.SAME_NODE, call),
                cell(Frontend.EXTERNAL_IP, Backend.HOST_HERE, call),
                cell(Frontend.NODE_PORT, Backend.HOST_THERE, call))
            .map(this::target)
            .toList();
    return DynamicTest.dynamicTest(
        "one socket asks several Services: " + call,
        () -> {
          List<UdpReply> replies = cluster.lab().pod("pod-a").probe().udpAll(targets);
          assertThat(replies)
              .extracting(UdpReply::source)
              .containsExactlyElementsOf(
                  targets.stream().map(MatrixCluster::socketAddress).toList());
          assertThat(replies)
              .extracting(UdpReply::server)
              .containsExactly("pod-c", "pod-b", "node-1", "node-2");
        });
  }

  private static Cell cell(Frontend frontend, Backend backend, Call call) {
    return new Cell(Client.POD, frontend, backend, Exchange.UDP_UNCONNECTED, call, Way.SOCKET);
  }

  /** What the cell calls, and by which kind of socket. */
  Target target(Cell cell) {
    Target target =
        Target.of(
            MatrixServices.address(
                cluster.lab(), cell.frontend(), cell.backend(), cell.call().family()),
            MatrixServices.port(cell.frontend(), cell.backend()));
    return switch (cell.call().socket()) {
      case IPV4 -> target;
      case DUAL_STACK -> target.viaDualStackSocket();
    };
  }

  private static InetSocketAddress socketAddress(Target target) {
    return new InetSocketAddress(target.address(), target.port());
  }

  private Probe probe(Cell cell) {
    return host(cell.client()).probe();
  }

  /** Where the client is. */
  Host host(Cell.Client client) {
    return switch (client) {
      case POD -> cluster.lab().pod("pod-a");
      case NODE -> cluster.lab().node("node-1");
      case OUTSIDE -> cluster.lab().client();
      case TUN -> cluster.lab().tunClient();
    };
  }

  /** Closes the cluster, and says how long it was up. */
  @Override
  public void close() {
    cluster.close();
    System.out.printf(
        "%s %s: %.1f s%n",
        cluster.lab().options().layout(), arguments, (System.nanoTime() - start) / 1e9);
  }
}
