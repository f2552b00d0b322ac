// SPDX-License-Identifier: Apache-2.0
package dev.sluice.compatibility;

/**
 * One rule of kube-proxy.
 *
 * @param number from 1
 * @param name what it is about, in a few words
 */
record Rule(int number, String name) {}
