// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.util.List;

/** A host outside of the cluster; it offers nothing. */
final class ClientHost extends Host {
  ClientHost(HostPlace place) {
    super(place, List.of());
  }
}
