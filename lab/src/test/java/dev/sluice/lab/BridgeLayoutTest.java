// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

final class BridgeLayoutTest extends LayoutTest {
  BridgeLayoutTest() {
    super(Layout.BRIDGE);
  }
}
