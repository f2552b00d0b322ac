// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.e2e.Cell.Client;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every way to a Service, in every layout, with socket hooks and without. */
@RequiresRoot
@ShowsRules({65, 73, 79, 90, 94, 97, 98, 133, 134, 140, 280})
final class MatrixTest {
  private static final long TRANSFER_BYTES = 50_000_000;

  @TestFactory
  Stream<DynamicTest> servicesAreReachedInTheRoutedLayout() {
    return withSocketHooks(Layout.ROUTED);
  }

  @TestFactory
  Stream<DynamicTest> servicesAreReachedInTheBridgeLayout() {
    return withSocketHooks(Layout.BRIDGE);
  }

  @TestFactory
  Stream<DynamicTest> servicesAreReachedInTheVxlanLayout() {
    return withSocketHooks(Layout.VXLAN);
  }

  @TestFactory
  Stream<DynamicTest> servicesAreReachedWithoutSocketHooksInTheRoutedLayout() {
    return withoutSocketHooks(Layout.ROUTED);
  }

  @TestFactory
  Stream<DynamicTest> servicesAreReachedWithoutSocketHooksInTheBridgeLayout() {
    return withoutSocketHooks(Layout.BRIDGE);
  }

  @TestFactory
  Stream<DynamicTest> servicesAreReachedWithoutSocketHooksInTheVxlanLayout() {
    return withoutSocketHooks(Layout.VXLAN);
  }

  @TestFactory
  Stream<DynamicTest> servicesFromTheKubernetesApiAreReached() {
    return MatrixCluster.tests(
        Matrix.both(Matrix.bySockets(), Matrix.fromOutside(Client.OUTSIDE)),
        Cluster.createWithApi(LabOptions.of(Layout.ROUTED)),
        TRANSFER_BYTES);
  }

  @TestFactory
  Stream<DynamicTest> servicesFromTheKubernetesApiAreReachedWithoutSocketHooks() {
    return MatrixCluster.tests(
        Matrix.byPackets(),
        Cluster.createWithApi(LabOptions.of(Layout.ROUTED), "--socket-hooks", "off"),
        TRANSFER_BYTES,
        "--socket-hooks",
        "off");
  }

  private static Stream<DynamicTest> withSocketHooks(Layout layout) {
    return MatrixCluster.tests(
        Matrix.both(Matrix.bySockets(), Matrix.fromOutside(Client.OUTSIDE)),
        LabOptions.of(layout),
        TRANSFER_BYTES);
  }

  private static Stream<DynamicTest> withoutSocketHooks(Layout layout) {
    List<Cell> cells = Matrix.byPackets();
    return MatrixCluster.tests(
        cells, LabOptions.of(layout), TRANSFER_BYTES, "--socket-hooks", "off");
  }
}
