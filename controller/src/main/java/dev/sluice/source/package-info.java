// SPDX-License-Identifier: Apache-2.0
/**
 * Where Services and EndpointSlices come from. Every source speaks {@link
 * dev.sluice.source.ServiceSource}.
 */
package dev.sluice.source;
