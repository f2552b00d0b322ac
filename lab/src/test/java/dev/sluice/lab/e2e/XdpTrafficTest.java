// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import dev.sluice.lab.Transfer;
import dev.sluice.lab.e2e.Cell.Backend;
import dev.sluice.lab.e2e.Cell.Frontend;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Clients from outside reach backends on other nodes by XDP, natively on veth. */
@RequiresRoot
final class XdpTrafficTest {
  private static final long TRANSFER_BYTES = 5_000_000;
  private static final long LARGE_TRANSFER_BYTES = 200_000_000;

  /** What a transfer is at least, each segment being of 1448 bytes at most. */
  private static final long SEGMENTS = 2 * LARGE_TRANSFER_BYTES / 1448;

  /** Each of which is answered. */
  private static final int DATAGRAMS = 50_000;

  /** Of all that is translated; the rest opens flows, or refreshes what the kernel knows. */
  private static final double SHARE_OF_XDP = 0.95;

  @TestFactory
  Stream<DynamicTest> servicesAreReachedFromOutside() {
    MatrixCluster matrix =
        new MatrixCluster(
            Cluster.createWithXdp(LabOptions.of(Layout.ROUTED)), TRANSFER_BYTES, "--xdp=require");
    Stream<DynamicTest> muchTraffic =
        Stream.of(AddressFamily.values())
            .map(
                family ->
                    DynamicTest.dynamicTest(
                        "200 MB each way, and many datagrams: " + family,
                        () -> muchGoesByXdpAndIsCounted(matrix.cluster(), family)));
    return Stream.concat(matrix.tests(Matrix.fromOutsideByXdp()), muchTraffic)
        .onClose(matrix::close);
  }

  private static void muchGoesByXdpAndIsCounted(Cluster cluster, AddressFamily family)
      throws Exception {
    Lab lab = cluster.lab();
    NodeHost node = lab.node("node-1");
    String vip = MatrixServices.address(lab, Frontend.EXTERNAL_IP, Backend.OTHER_NODE, family);
    Tally before = Tally.atRest(cluster, node);

    Transfer transfer = lab.client().probe().transfer(Target.of(vip, 80), LARGE_TRANSFER_BYTES);
    DatagramExchange.run(lab.client(), vip, 80, DATAGRAMS);

    Tally since = Tally.atRest(cluster, node).since(before);
    Verdicts counted = since.counted();
    long frames = since.received().of(node.uplink());
    long byXdp = counted.translatedAt("xdp");
    long byTc = counted.translatedAt("tc_ingress");
    double seconds = transfer.duration().toNanos() / 1e9;
    System.out.printf(
        "%s: 2 x 200 MB in %.1f s, %.0f MB/s; %d frames received, counted at XDP %s, at tc %s%n",
        family,
        seconds,
        2 * LARGE_TRANSFER_BYTES / 1e6 / seconds,
        frames,
        counted.at("xdp"),
        counted.at("tc_ingress"));
    assertThat(transfer.intact()).isTrue();
    for (String direction : List.of("forwarded", "replied")) {
      assertThat(counted.of("xdp", direction)).as(direction).isGreaterThan(DATAGRAMS);
    }
    assertThat((double) byXdp / (byXdp + byTc)).isGreaterThan(SHARE_OF_XDP);
    assertThat(frames).isGreaterThan(2L * DATAGRAMS + SEGMENTS);
    assertThat(counted.sumAt("xdp")).as("frames counted").isEqualTo(frames);
  }
}
