// SPDX-License-Identifier: Apache-2.0
package dev.sluice.compatibility;

/**
 * Why a rule is not simply met.
 *
 * @param status anything but {@link Status#MET}, which tests alone can say
 * @param why for people who run Sluice
 */
record Reason(Status status, String why) {}
