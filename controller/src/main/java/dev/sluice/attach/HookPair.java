// SPDX-License-Identifier: Apache-2.0
package dev.sluice.attach;

import dev.sluice.loader.BpfProgram;

/** The two tc programs of a device. */
record HookPair(BpfProgram ingress, BpfProgram egress) {}
