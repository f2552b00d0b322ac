// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.e2e.Cell.Backend;
import dev.sluice.lab.e2e.Cell.Call;
import dev.sluice.lab.e2e.Cell.Client;
import dev.sluice.lab.e2e.Cell.Exchange;
import dev.sluice.lab.e2e.Cell.Frontend;
import dev.sluice.lab.e2e.Cell.Way;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * A pod that is its Service's only backend reaches itself by every way in; {@link MatrixTest} has
 * its ClusterIP.
 */
@RequiresRoot
@ShowsRules(127)
final class HairpinTest {
  private static final long TRANSFER_BYTES = 1_000_000;
  private static final String BRIDGE_NETFILTER = "net.bridge.bridge-nf-call-iptables";

  @TestFactory
  Stream<DynamicTest> aPodReachesItselfInTheRoutedLayout() {
    return tests(LabOptions.of(Layout.ROUTED));
  }

  @TestFactory
  Stream<DynamicTest> aPodReachesItselfInTheBridgeLayoutWithNetfilterOnTheBridge() {
    assumeTrue(
        Files.exists(Path.of("/proc/sys", BRIDGE_NETFILTER.replace('.', '/'))),
        "bridged packets do not pass netfilter here: load the module br_netfilter");
    return tests(LabOptions.of(Layout.BRIDGE).withNodeSysctl(BRIDGE_NETFILTER, "1"));
  }

  @TestFactory
  Stream<DynamicTest> aPodReachesItselfInTheVxlanLayout() {
    return tests(LabOptions.of(Layout.VXLAN));
  }

  /** By socket hooks, then with other agents by packets. */
  private static Stream<DynamicTest> tests(LabOptions options) {
    MatrixCluster matrix = new MatrixCluster(options, TRANSFER_BYTES);
    DynamicTest hooksOff =
        DynamicTest.dynamicTest(
            "now without socket hooks",
            () -> matrix.cluster().restartAgents("--socket-hooks", "off"));
    return Stream.of(
            matrix.tests(cells(Way.SOCKET)),
            Stream.of(hooksOff),
            matrix.tests(cells(Way.SOURCE_NAT)))
        .flatMap(tests -> tests)
        .onClose(matrix::close);
  }

  private static List<Cell> cells(Way way) {
    List<Cell> cells = new ArrayList<>();
    for (Frontend frontend :
        EnumSet.of(Frontend.NODE_PORT, Frontend.EXTERNAL_IP, Frontend.LOAD_BALANCER_IP)) {
      for (Exchange exchange : Exchange.values()) {
        for (Call call : Call.values()) {
          cells.add(new Cell(Client.POD, frontend, Backend.ITSELF, exchange, call, way));
        }
      }
    }
    return cells;
  }
}
