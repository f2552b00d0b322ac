// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LocalTrafficTest {
  @ShowsRules(141)
  @Test
  void theFirstClusterCidrOfEachFamilyCounts() {
    List<Cidr> cidrs =
        List.of(Cidr.parse("10.1.0.0/16"), Cidr.parse("10.2.0.0/16"), Cidr.parse("fd00:1::/48"));

    LocalTraffic detector = new LocalTraffic(LocalTraffic.Mode.CLUSTER_CIDR, cidrs, "");

    assertThat(detector.podNetworks(NodeFacts.of("here", Set.of(), List.of(), List.of(), Map.of())))
        .containsExactlyInAnyOrder(Cidr.parse("10.1.0.0/16"), Cidr.parse("fd00:1::/48"));
  }
}
