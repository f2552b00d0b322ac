// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

final class VxlanLayoutTest extends LayoutTest {
  VxlanLayoutTest() {
    super(Layout.VXLAN);
  }
}
