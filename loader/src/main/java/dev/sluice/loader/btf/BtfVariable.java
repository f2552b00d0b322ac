// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader.btf;

/**
 * A global variable.
 *
 * @param name its name in the C source
 * @param offset distance from the start of its section in bytes
 * @param size bytes
 * @param type the number of its type
 */
public record BtfVariable(String name, int offset, int size, int type) {}
