// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import dev.sluice.plan.Route.Reason;
import java.util.List;

/** The backends that a list came down to, and why. */
record Selection(List<Backend> backends, Reason reason) {
  static Selection of(List<MergedEndpoint> endpoints, Reason reason) {
    return new Selection(endpoints.stream().map(MergedEndpoint::backend).toList(), reason);
  }
}
