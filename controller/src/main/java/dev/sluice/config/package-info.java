// SPDX-License-Identifier: Apache-2.0
/** Configuration files: kube-proxy's own, with every field accounted for, and Sluice's. */
package dev.sluice.config;
