// SPDX-License-Identifier: Apache-2.0
/**
 * What Sluice knows of Services, endpoints and its node: immutable records, free of Kubernetes and
 * BPF types. Addresses inside Kubernetes objects stay the text that was written; {@code
 * dev.sluice.plan} parses them, so that it can name a bad one and go on with the rest.
 */
package dev.sluice.model;
