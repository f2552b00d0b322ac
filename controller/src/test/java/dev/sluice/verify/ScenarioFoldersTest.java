// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * All scenario files through the real programs: every flow as on a node without XDP, and once more
 * by each hook that takes packets. The topics' files run by topic elsewhere, too.
 */
class ScenarioFoldersTest {
  private static final Path EXAMPLES = Path.of("../docs/examples/scenarios");
  private static final Path TOPICS = Path.of("src/test/resources/scenarios");

  @RegisterExtension static final LoadedVerification ALL = new LoadedVerification();

  @RegisterExtension
  static final LoadedVerification TC = new LoadedVerification(Optional.of(PacketHook.TC));

  @RegisterExtension
  static final LoadedVerification XDP = new LoadedVerification(Optional.of(PacketHook.XDP));

  @TestFactory
  Stream<DynamicNode> theExamplesOfTheDocumentationPass() {
    return Stream.of(ALL, TC, XDP).flatMap(programs -> tests(EXAMPLES, programs, 1));
  }

  @TestFactory
  Stream<DynamicNode> everyFlowMeetsWhatItMeetsWithKubeProxy() {
    return ofKubeProxy(ALL, 451);
  }

  @TestFactory
  Stream<DynamicNode> packetsMeetOnTcWhatTheyMeetWithKubeProxy() {
    return ofKubeProxy(TC, 367);
  }

  @TestFactory
  Stream<DynamicNode> packetsMeetOnXdpWhatTheyMeetWithKubeProxy() {
    return ofKubeProxy(XDP, 189);
  }

  @TestFactory
  Stream<DynamicNode> packetsOfEveryTopicMeetTheSameOnTc() {
    return tests(TOPICS, TC, 300);
  }

  @TestFactory
  Stream<DynamicNode> packetsOfEveryTopicMeetTheSameOnXdp() {
    return tests(TOPICS, XDP, 150);
  }

  private static Stream<DynamicNode> ofKubeProxy(LoadedVerification programs, int atLeast) {
    return Conformance.folder()
        .map(folder -> tests(folder, programs, atLeast))
        .orElseGet(() -> Stream.of(DynamicTest.dynamicTest("skipped", Conformance::skip)));
  }

  /**
   * A test for each scenario, and one that they hold something to run.
   *
   * @param atLeast how many flows come by the hook
   */
  private static Stream<DynamicNode> tests(Path folder, LoadedVerification programs, int atLeast) {
    ScenarioReader reader = new ScenarioReader();
    List<Scenario> scenarios =
        Verification.files(List.of(folder)).stream()
            .flatMap(file -> reader.read(file).stream())
            .toList();
    DynamicTest enough =
        DynamicTest.dynamicTest(
            "there are flows",
            () ->
                assertThat(scenarios.stream().flatMap(programs::flows))
                    .hasSizeGreaterThanOrEqualTo(atLeast));
    return Stream.concat(
        Stream.of(enough),
        scenarios.stream()
            .map(
                scenario ->
                    DynamicTest.dynamicTest(
                        scenario.name(), () -> programs.assertPasses(scenario))));
  }
}
