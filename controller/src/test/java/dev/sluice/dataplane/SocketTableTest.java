// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataplane.SocketCase.Call;
import dev.sluice.dataplane.SocketCase.Change;
import dev.sluice.dataplane.SocketCase.Loading;
import dev.sluice.dataplane.SocketCase.PortShared;
import dev.sluice.dataplane.SocketCase.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Plays the {@link SocketTable} with real sockets: cgroup programs have no test run (ENOTSUPP), so
 * they are attached to a cgroup in which one process runs.
 */
class SocketTableTest {
  private final List<HookedNode> nodes = new ArrayList<>();

  @AfterEach
  void removeNodes() {
    nodes.forEach(HookedNode::close);
  }

  @TestFactory
  Stream<DynamicTest> asUsual() {
    return table(Loading.AS_USUAL);
  }

  @TestFactory
  Stream<DynamicTest> onAKernelWhoseHooksCannotSetErrno() {
    return table(Loading.WITHOUT_ERRNO);
  }

  @TestFactory
  Stream<DynamicTest> forTheNodesOwnSocketsOnly() {
    return table(Loading.NODE_SOCKETS_ONLY);
  }

  private Stream<DynamicTest> table(Loading loading) {
    HookedNode node = new HookedNode(loading);
    nodes.add(node);
    return Arrays.stream(SocketKind.values())
        .flatMap(kind -> SocketTable.cases(kind).stream())
        .filter(row -> row.loading() == loading)
        .map(row -> DynamicTest.dynamicTest(row.toString(), () -> play(row, node)));
  }

  private static void play(SocketCase row, HookedNode node) {
    node.forgetAll();
    node.processIs(row.caller());
    for (Step step : row.steps()) {
      switch (step) {
        case PortShared port ->
            assertThat(node.sharesPort(port.frontend()))
                .as(row + ": the port is shared with " + port.frontend())
                .isEqualTo(port.shared());
        case Change change -> change.change().accept(node.dataplane());
        case Call call -> {
          ReasonCounts before = node.counts();
          assertThat(node.ask(call.command()))
              .as(row + ": " + call.command())
              .isEqualTo(call.answer());
          assertThat(before.since()).as(row + ": " + call.command()).isEqualTo(call.reasons());
        }
      }
    }
  }
}
