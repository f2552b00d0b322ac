// SPDX-License-Identifier: Apache-2.0
/**
 * The Kubernetes API as a source: informers whose objects are reduced to what plans need, and a
 * choice of API servers.
 */
package dev.sluice.source.kubernetes;
