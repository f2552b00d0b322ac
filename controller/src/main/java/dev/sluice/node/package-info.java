// SPDX-License-Identifier: Apache-2.0
/**
 * Knows the machine: interfaces, addresses, routes and neighbours (rtnetlink), the cgroup root,
 * kernel features, sysctls and the preflight checks.
 *
 * <p>{@link dev.sluice.node.NodeNetwork} is the living picture of the network namespace, {@link
 * dev.sluice.node.DeviceRole} says what a device is for, {@link dev.sluice.node.Preflight} says
 * whether the machine will do. Everything that touches the network belongs to the network namespace
 * of the <em>thread</em> that opens it.
 */
package dev.sluice.node;
