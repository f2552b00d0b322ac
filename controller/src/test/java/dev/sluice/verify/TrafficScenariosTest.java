// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import dev.sluice.compatibility.ShowsRules;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** By which way, from where, under which policy: what new connections meet. */
class TrafficScenariosTest {
  @RegisterExtension static final LoadedVerification VERIFICATION = new LoadedVerification();

  private static void passes(String file) {
    TopicScenarios.read(file).forEach(VERIFICATION::assertPasses);
  }

  @Test
  @ShowsRules({33, 39, 46, 47, 48, 66, 67, 149, 281})
  void theInternalPolicyGovernsTheClusterIp() {
    passes("policies/internal-local");
  }

  @Test
  @ShowsRules({45, 46, 47, 68, 93, 95, 121, 122, 123, 124, 126, 149, 277})
  void theExternalPolicyGovernsEverythingElse() {
    passes("policies/external-local");
  }

  @Test
  @ShowsRules(125)
  void withoutADetectorPodsAreOutside() {
    passes("policies/no-detector");
  }

  @Test
  @ShowsRules(278)
  void byTheNodesPodNetworksOtherPodsAreOutside() {
    passes("policies/node-cidr");
  }

  @Test
  @ShowsRules({74, 83, 84, 85, 88, 90, 91, 92, 265})
  void nodePortsAreServedOnTheNodesAddresses() {
    passes("ways-in/node-ports");
  }

  @Test
  @ShowsRules({75, 76, 77, 274})
  void nodePortAddressesDecideWhichOfThem() {
    passes("ways-in/node-port-addresses");
  }

  @Test
  @ShowsRules({79, 80, 81})
  void loopbackServesNodePortsByItsOwnRules() {
    passes("ways-in/loopback");
  }

  @Test
  @ShowsRules({94, 95, 96, 97})
  void externalIpsAreServedFromEverywhere() {
    passes("ways-in/external-ips");
  }

  @Test
  @ShowsRules({98, 99, 100, 109, 287})
  void loadBalancerAddressesFollowTheStatus() {
    passes("ways-in/load-balancer");
  }

  @Test
  @ShowsRules({91, 96, 101, 102, 103, 104, 105, 150})
  void sourceRangesGuardLoadBalancerAddresses() {
    passes("ways-in/source-ranges");
  }

  @Test
  @ShowsRules({85, 147, 151, 153})
  void withoutEndpointsEverybodyIsRefused() {
    passes("verdicts/no-endpoints");
  }

  @Test
  @ShowsRules({69, 70, 150})
  void whatNoServiceHasDependsOnTheMode() {
    passes("verdicts/what-no-service-has");
  }
}
