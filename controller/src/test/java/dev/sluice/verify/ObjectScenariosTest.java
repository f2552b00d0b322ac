// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import dev.sluice.compatibility.ShowsRules;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What Services, slices and nodes say, and what new connections meet for it. */
class ObjectScenariosTest {
  @RegisterExtension static final LoadedVerification VERIFICATION = new LoadedVerification();

  private static void passes(String file) {
    TopicScenarios.read(file).forEach(VERIFICATION::assertPasses);
  }

  @Test
  @ShowsRules({1, 2, 3, 152})
  void servicesOfOthersAreLeftAlone() {
    passes("objects/not-for-this-proxy");
  }

  @Test
  @ShowsRules(4)
  void theLabelHeadlessHidesEndpoints() {
    passes("objects/headless-label");
  }

  @Test
  @ShowsRules({8, 9, 89, 94, 108})
  void whatAServiceHasIsServedWhateverItsType() {
    passes("objects/ways-in-of-any-type");
  }

  @Test
  @ShowsRules({10, 65, 88})
  void aPortNumberIsServedForEachProtocolByItself() {
    passes("objects/one-number-three-protocols");
  }

  @Test
  @ShowsRules({12, 14, 72})
  void slicesComeBeforeTheirServiceAndOutliveIt() {
    passes("objects/slices-outlive-services");
  }

  @Test
  @ShowsRules({15, 16, 21, 100})
  void familiesNeverMix() {
    passes("objects/two-families");
  }

  @Test
  @ShowsRules(17)
  void leadingZerosAreDecimal() {
    passes("objects/leading-zeros");
  }

  @Test
  @ShowsRules({18, 19})
  void sourceRangesAreReadAsWritten() {
    passes("objects/source-ranges-as-written");
  }

  @Test
  @ShowsRules({7, 23, 24, 25, 26, 29, 30})
  void onlyUsableSlicesAddressesAndPortsCount() {
    passes("slices/which-slices-count");
  }

  @Test
  @ShowsRules({27, 28})
  void slicePortsAreMatchedByName() {
    passes("slices/ports-by-name");
  }

  @Test
  @ShowsRules(31)
  void anAddressInTwoSlicesIsOneEndpoint() {
    passes("slices/one-address-in-two-slices");
  }

  @Test
  @ShowsRules({32, 43, 50, 266})
  void absentConditionsHaveTheirMeaning() {
    passes("slices/conditions");
  }

  @Test
  @ShowsRules({37, 282, 283})
  void endpointsNeedNotBePods() {
    passes("slices/endpoints-that-are-no-pods");
  }

  @Test
  @ShowsRules({39, 40, 41, 42, 43, 44, 49, 268})
  void terminatingEndpointsAreTheLastResort() {
    passes("slices/terminating");
  }

  @Test
  @ShowsRules({35, 55, 56, 58, 59, 61, 64})
  void zoneHintsNarrowTheEndpoints() {
    passes("topology/zones");
  }

  @Test
  @ShowsRules({57, 63})
  void zoneHintsFollowTheNodesLabels() {
    passes("topology/node-labels");
  }

  @Test
  @ShowsRules({54, 56, 59, 62, 286})
  void nodeHintsGoBeforeZoneHints() {
    passes("topology/nodes");
  }

  @Test
  @ShowsRules({60, 267})
  void hintsDoNotActOnLocalLists() {
    passes("topology/local-lists");
  }
}
