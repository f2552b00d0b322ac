// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.migrate.Finding.Level;
import dev.sluice.node.PortRange;
import java.util.List;
import org.junit.jupiter.api.Test;

final class IpvsTraceTest {
  private static final PortRange NODE_PORTS = PortRange.parse("30000-32767");

  private static List<Level> levels(VirtualServers kernel) {
    return new IpvsTrace(kernel, NODE_PORTS).find().stream().map(Finding::level).toList();
  }

  @Test
  void aKernelWithoutIpvsIsClear() {
    assertThat(levels(new FakeVirtualServers())).containsExactly(Level.CLEAR);
  }

  @Test
  @ShowsRules(193)
  void whatIsAtTheAddressesOfTheDeviceGoesAndThenTheDevice() {
    FakeVirtualServers kernel =
        new FakeVirtualServers()
            .withDevice("eth0", "", "172.31.0.11")
            .withDevice("kube-ipvs0", "dummy", "10.96.0.1", "fd96::1")
            .with("10.96.0.1", 443)
            .with("fd96::1", 443)
            .with("172.31.0.11", 30080);
    assertThat(levels(kernel)).containsExactly(Level.TODO, Level.TODO);

    List<Removal> removals = new IpvsTrace(kernel, NODE_PORTS).removals();
    assertThat(removals).hasSize(4);
    assertThat(removals.getLast().what()).isEqualTo("device kube-ipvs0 with 2 addresses");
    removals.forEach(removal -> removal.action().run());

    assertThat(kernel.list()).isEmpty();
    assertThat(kernel.devices()).extracting(link -> link.name()).containsExactly("eth0");
    assertThat(new IpvsTrace(kernel, NODE_PORTS).removals()).isEmpty();
  }

  @Test
  void virtualServersOfOthersStay() {
    FakeVirtualServers kernel =
        new FakeVirtualServers()
            .withDevice("eth0", "", "172.31.0.11")
            .withDevice("kube-ipvs0", "dummy", "10.96.0.1")
            .with("172.31.0.11", 8443)
            .with("192.0.2.1", 30080);
    assertThat(levels(kernel)).containsExactly(Level.TODO, Level.NOTE);
    assertThat(new IpvsTrace(kernel, NODE_PORTS).removals())
        .extracting(Removal::what)
        .containsExactly("device kube-ipvs0 with 1 address");
  }

  @Test
  void withoutTheDeviceANodePortIsNobodysInParticular() {
    FakeVirtualServers kernel =
        new FakeVirtualServers().withDevice("eth0", "", "172.31.0.11").with("172.31.0.11", 30080);
    assertThat(levels(kernel)).containsExactly(Level.NOTE);
  }

  @Test
  void anotherKindOfDeviceOfThisNameStays() {
    FakeVirtualServers kernel =
        new FakeVirtualServers().withDevice("kube-ipvs0", "bridge", "10.96.0.1");
    assertThat(levels(kernel)).containsExactly(Level.CLEAR);
  }
}
