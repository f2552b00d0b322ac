// SPDX-License-Identifier: Apache-2.0
/**
 * Random worlds: a node, its configuration, objects, and packets aimed at them. There are few
 * values of each kind, so that things meet and clash.
 */
package dev.sluice.reference.world;
