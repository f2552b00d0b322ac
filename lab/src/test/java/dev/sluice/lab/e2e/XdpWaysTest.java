// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import org.junit.jupiter.api.Test;

/** Ways to the backend's node that are not simply the uplink, with XDP there. */
@RequiresRoot
final class XdpWaysTest {
  private static final int TRANSFER_BYTES = 5_000_000;
  private static final int VLAN = 100;
  private static final int SMALL_MTU = 1400;

  private final ServiceFile service = ServiceFile.tcp("far", 61);

  @Test
  void anOverlayIsLeftToTc() {
    try (Cluster cluster = Cluster.createWithXdp(LabOptions.of(Layout.VXLAN))) {
      start(cluster);
      for (AddressFamily family : AddressFamily.values()) {
        Verdicts since = transfer(cluster, family);

        assertThat(since.translatedAt("xdp")).as("%s", since).isZero();
        assertThat(since.of("xdp", "pass_left_to_tc")).as("%s", since).isPositive();
        assertThat(since.of("tc_ingress", "forwarded")).as("%s", since).isPositive();
        assertThat(since.of("tc_ingress", "replied")).as("%s", since).isPositive();
      }
    }
  }

  @Test
  void anotherVlanOfTheUplinkIsReachedByXdpAndItsRepliesAreLeftToTc() {
    try (Cluster cluster = Cluster.createWithXdp(LabOptions.of(Layout.ROUTED))) {
      assumeTrue(
          SecondWay.kernelHasVlans(cluster), "this kernel has no VLAN devices (CONFIG_VLAN_8021Q)");
      SecondWay vlan = SecondWay.vlan(cluster, VLAN);
      start(cluster);
      vlan.take();
      for (AddressFamily family : AddressFamily.values()) {
        long before = vlan.packetsToRouter();
        Verdicts since = transfer(cluster, family);

        assertThat(since.of("xdp", "forwarded")).as("%s", since).isPositive();
        assertThat(vlan.packetsToRouter() - before)
            .as("more than tc has sent by the VLAN device")
            .isGreaterThan(
                since.of("tc_ingress", "opened_remote") + since.of("tc_ingress", "forwarded"));
        assertThat(since.of("xdp", "pass_vlan")).as("%s", since).isPositive();
        assertThat(since.of("xdp", "replied")).as("%s", since).isZero();
        assertThat(since.of("tc_ingress", "replied")).as("%s", since).isPositive();
      }
    }
  }

  @Test
  void xdpPushesTheTagOfAVlan() {
    try (Cluster cluster = Cluster.createWithXdp(LabOptions.of(Layout.ROUTED))) {
      start(cluster);
      SecondWay way = SecondWay.taggedByXdp(cluster, VLAN);
      way.take();
      for (AddressFamily family : AddressFamily.values()) {
        long before = cluster.senders().framesWithTag(VLAN);
        Verdicts since = transfer(cluster, family);

        assertThat(since.of("xdp", "forwarded")).as("%s", since).isPositive();
        assertThat(cluster.senders().framesWithTag(VLAN) - before)
            .as("frames with the tag")
            .isEqualTo(since.of("xdp", "forwarded"));
        assertThat(since.of("xdp", "replied")).as("%s", since).isPositive();
      }
    }
  }

  @Test
  void theClientLearnsThatTheWayToTheBackendTakesLessThanItSends() {
    try (Cluster cluster = Cluster.createWithXdp(LabOptions.of(Layout.ROUTED))) {
      SecondWay narrow = SecondWay.uplink(cluster);
      narrow.limit(SMALL_MTU);
      start(cluster);
      narrow.take();
      for (AddressFamily family : AddressFamily.values()) {
        Verdicts since = transfer(cluster, family);

        assertThat(since.of("tc_ingress", "reject_too_big")).as("%s", since).isPositive();
        assertThat(since.of("xdp", "forwarded")).as("%s", since).isPositive();
        assertThat(since.of("xdp", "replied")).as("%s", since).isPositive();
        assertThat(cluster.lab().client().run("ip", "route", "get", service.externalIp(family)))
            .as("what the client has learned")
            .contains("mtu " + SMALL_MTU);
      }
    }
  }

  private void start(Cluster cluster) {
    cluster.startAgents();
    cluster.install(service.with(cluster.lab().pod("pod-c"), 9000));
  }

  /** Transfers from outside, and returns what node-1 has counted. */
  private Verdicts transfer(Cluster cluster, AddressFamily family) {
    Verdicts before = cluster.settledVerdicts().get("node-1");
    Target target = Target.of(service.externalIp(family), 80);
    assertThat(cluster.lab().client().probe().transfer(target, TRANSFER_BYTES).intact()).isTrue();
    return cluster.settledVerdicts().get("node-1").since(before);
  }
}
