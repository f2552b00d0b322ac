// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeviceDriverTest {
  @Test
  void aDeviceOfTheThreadsNamespaceTellsItsDriver() {
    try (PrivateNamespace namespace = new PrivateNamespace()) {
      namespace.addDevice("only-here0");
      assertThat(namespace.call(() -> DeviceDriver.of("only-here0")))
          .isEqualTo(new DeviceDriver("veth", false));
    }
  }

  @Test
  void aDeviceThatIsNotThereTellsNothing() {
    assertThat(DeviceDriver.of("nobody0")).isEqualTo(new DeviceDriver("", false));
  }
}
