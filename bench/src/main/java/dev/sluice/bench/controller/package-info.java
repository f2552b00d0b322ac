// SPDX-License-Identifier: Apache-2.0
/** What the controller's own work costs, from objects in memory to maps of the kernel. */
package dev.sluice.bench.controller;
