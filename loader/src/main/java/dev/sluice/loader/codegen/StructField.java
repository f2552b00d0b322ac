// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader.codegen;

/**
 * A member of a flattened struct: members of anonymous structs and unions count as the outer's own.
 *
 * @param name the C name; for members of a named member of anonymous type, joined by underscores
 * @param declaration the C declaration, for the documentation
 * @param offset distance from the start of the struct in bytes
 * @param size bytes in all
 * @param shape what kind of member it is
 */
record StructField(String name, String declaration, int offset, int size, Shape shape) {
  sealed interface Shape {}

  /** An integer of {@code size} bytes. */
  record Scalar(int size, boolean signed, boolean bool, boolean bigEndian) implements Shape {}

  /** A named struct or union with a flyweight of its own. */
  record Nested(String struct) implements Shape {}

  /** {@code length} numbers. */
  record Scalars(Scalar element, int length) implements Shape {}

  /** {@code length} structs of {@code stride} bytes. */
  record NestedArray(String struct, int stride, int length) implements Shape {}

  /** Bytes without structure. */
  record Bytes() implements Shape {}
}
