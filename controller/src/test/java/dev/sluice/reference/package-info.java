// SPDX-License-Identifier: Apache-2.0
/**
 * What kube-proxy does with the first packet of a connection, written a second time and from its
 * rules alone: it reads the Kubernetes objects itself and shares no class with what it judges.
 * Numbers in comments are those of the rules.
 */
package dev.sluice.reference;
