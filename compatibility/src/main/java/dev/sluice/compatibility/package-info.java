// SPDX-License-Identifier: Apache-2.0
/** Ties tests to the rules of kube-proxy that they show. Nothing here is part of the product. */
package dev.sluice.compatibility;
