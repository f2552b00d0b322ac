// SPDX-License-Identifier: Apache-2.0
/**
 * The semantics of kube-proxy as one pure function: (Service, EndpointSlices, node, configuration)
 * to {@link dev.sluice.plan.ServicePlan}. No I/O, no clock, no randomness.
 */
package dev.sluice.plan;
