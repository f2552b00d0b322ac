// SPDX-License-Identifier: Apache-2.0
/** Services and EndpointSlices from a watched directory of manifests, with no cluster at all. */
package dev.sluice.source.manifests;
