// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.e2e.Cell.Client;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The same results with what kernel 5.10 has: clsact filters, and none of the younger features. The
 * whole matrix in one layout, with smaller transfers.
 */
@RequiresRoot
final class OlderKernelTest {
  private static final long TRANSFER_BYTES = 2_000_000;

  @TestFactory
  Stream<DynamicTest> servicesAreReachedByClsactFilters() {
    return withSocketHooks("clsact", false, "--attach=clsact");
  }

  @TestFactory
  Stream<DynamicTest> servicesAreReachedByClsactFiltersWithoutSocketHooks() {
    return withoutSocketHooks("--attach=clsact");
  }

  @TestFactory
  Stream<DynamicTest> servicesAreReachedOnAKernelLike510() {
    return withSocketHooks("clsact", true, "--pretend-kernel=5.10");
  }

  @TestFactory
  Stream<DynamicTest> servicesAreReachedOnAKernelLike510WithClsactFiltersWithoutSocketHooks() {
    return withoutSocketHooks("--pretend-kernel=5.10", "--attach=clsact");
  }

  private static Stream<DynamicTest> withSocketHooks(
      String attach, boolean pretends, String... arguments) {
    MatrixCluster matrix =
        new MatrixCluster(LabOptions.of(Layout.BRIDGE), TRANSFER_BYTES, arguments);
    List<Cell> cells = Matrix.both(Matrix.bySockets(), Matrix.fromOutside(Client.OUTSIDE));
    DynamicTest status =
        DynamicTest.dynamicTest(
            "status says so",
            () -> checkStatus(matrix.cluster().status("node-1"), attach, pretends));
    return Stream.concat(Stream.of(status), matrix.tests(cells)).onClose(matrix::close);
  }

  private static void checkStatus(JsonNode status, String attach, boolean pretends) {
    assertThat(status.get("attach").asText()).isEqualTo(attach);
    assertThat(status.get("kernel").asText().startsWith("5.10")).isEqualTo(pretends);
    assertThat(status.get("problems")).isEmpty();
  }

  private static Stream<DynamicTest> withoutSocketHooks(String... arguments) {
    String[] all =
        Stream.concat(Stream.of(arguments), Stream.of("--socket-hooks=off")).toArray(String[]::new);
    return MatrixCluster.tests(
        Matrix.byPackets(), LabOptions.of(Layout.BRIDGE), TRANSFER_BYTES, all);
  }
}
