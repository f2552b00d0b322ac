// SPDX-License-Identifier: Apache-2.0
/**
 * A small data centre in network namespaces of this machine: an external client, nodes, pods with
 * real servers, and a CNI layout between them. {@link dev.sluice.lab.Lab} is where to start.
 */
package dev.sluice.lab;
