// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SysctlTest {
  private static final PortRange SOURCE_PORTS = PortRange.parse("40000-50000");

  @TempDir private Path root;

  @Test
  void aDeviceNameWithADotIsWrittenWithASlash() throws Exception {
    Path file = root.resolve("proc/sys/net/ipv4/conf/eth0.5/rp_filter");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "2\n");
    Sysctl sysctl = new Sysctl(root);
    assertThat(sysctl.read("net.ipv4.conf.eth0/5.rp_filter")).contains("2");
    sysctl.write("net.ipv4.conf.eth0/5.rp_filter", "0");
    assertThat(file).hasContent("0\n");
  }

  @Test
  void aParameterThatDoesNotExistIsReadAsEmptyAndNotWritten() {
    Sysctl sysctl = new Sysctl(root);
    assertThat(sysctl.read("net.ipv4.ip_forward")).isEmpty();
    assertThatThrownBy(() -> sysctl.write("net.ipv4.ip_forward", "1"))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("sysctl -w net.ipv4.ip_forward='1'");
  }

  @Test
  void aValueThatTheKernelWouldCutIsRefused() {
    assertThatThrownBy(() -> new Sysctl(root).write(Sysctl.RESERVED_PORTS, "1,".repeat(3000)))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("6000 characters");
  }

  @Test
  void reservingAndReleasingOnTheRealKernelLeavesWhatOthersReserved() {
    try (PrivateNamespace namespace = new PrivateNamespace()) {
      Sysctl sysctl = new Sysctl(Path.of("/"));
      String outside = sysctl.reservedPorts().toString();
      namespace.call(
          () -> {
            assertThat(sysctl.reservedPorts()).isEqualTo(PortRanges.NONE);
            sysctl.write(Sysctl.RESERVED_PORTS, "8080,45000-45010");
            PortRanges added = sysctl.reservePorts(SOURCE_PORTS);
            assertThat(added.toString()).isEqualTo("40000-44999,45011-50000");
            assertThat(sysctl.reservedPorts().toString()).isEqualTo("8080,40000-50000");
            assertThat(sysctl.reservePorts(SOURCE_PORTS).isEmpty()).isTrue();

            sysctl.write(Sysctl.RESERVED_PORTS, sysctl.reservedPorts() + ",9000");
            sysctl.releasePorts(added);
            assertThat(sysctl.reservedPorts().toString()).isEqualTo("8080,9000,45000-45010");

            sysctl.releasePorts(PortRanges.of(new PortRange(0, 65535)));
            assertThat(sysctl.reservedPorts()).isEqualTo(PortRanges.NONE);
            sysctl.write(Sysctl.LOCAL_PORT_RANGE, "20000 30001");
            assertThat(sysctl.localPortRange()).contains(new PortRange(20000, 30001));
            return true;
          });
      assertThat(sysctl.reservedPorts().toString()).isEqualTo(outside);
    }
  }
}
