// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.e2e.Cell.Client;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Clients behind a device whose packets have no link header. */
@RequiresRoot
final class TunDeviceTest {
  /** Each packet goes through a process between two tun devices. */
  private static final long TRANSFER_BYTES = 2_000_000;

  @TestFactory
  Stream<DynamicTest> clientsBehindATunDeviceReachServices() {
    MatrixCluster matrix =
        new MatrixCluster(LabOptions.of(Layout.ROUTED).withTunClient(), TRANSFER_BYTES);
    DynamicTest status =
        DynamicTest.dynamicTest(
            "status shows that the device has no link header",
            () ->
                assertThat(matrix.cluster().sluice("node-1", "status"))
                    .containsPattern("tun0 +tunnel +link header 0\\b")
                    .containsPattern("eth0 +uplink +link header 14\\b"));
    return Stream.concat(Stream.of(status), matrix.tests(Matrix.fromOutside(Client.TUN)))
        .onClose(matrix::close);
  }
}
