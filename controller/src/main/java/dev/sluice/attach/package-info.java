// SPDX-License-Identifier: Apache-2.0
/** Which program sits on which device and cgroup, and keeping it so as devices come and go. */
package dev.sluice.attach;
