// SPDX-License-Identifier: Apache-2.0
/**
 * Services as rules that do what kube-proxy's do, under the names and in the shapes it gives them.
 */
package dev.sluice.bench.compare.rules;
