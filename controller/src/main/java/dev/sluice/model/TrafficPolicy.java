// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

/** {@code internalTrafficPolicy} and {@code externalTrafficPolicy} of a Service. */
public enum TrafficPolicy {
  CLUSTER,
  LOCAL
}
