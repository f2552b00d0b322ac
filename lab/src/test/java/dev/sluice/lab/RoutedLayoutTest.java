// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

final class RoutedLayoutTest extends LayoutTest {
  RoutedLayoutTest() {
    super(Layout.ROUTED);
  }
}
