// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.e2e.Cell.Client;
import java.util.HashMap;
import java.util.Map;
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
                assertThat(linkHeaders(matrix.cluster().status("node-1")))
                    .containsEntry("tun0", 0)
                    .containsEntry("eth0", 14));
    return Stream.concat(Stream.of(status), matrix.tests(Matrix.fromOutside(Client.TUN)))
        .onClose(matrix::close);
  }

  private static Map<String, Integer> linkHeaders(JsonNode status) {
    Map<String, Integer> lengths = new HashMap<>();
    status
        .get("devices")
        .forEach(
            device -> lengths.put(device.get("name").asText(), device.get("linkHeader").asInt()));
    return lengths;
  }
}
