// SPDX-License-Identifier: Apache-2.0
package dev.sluice.compatibility;

import static java.util.Comparator.comparing;

import java.nio.file.Path;
import java.util.Comparator;

/**
 * A test, or a class of tests, that bears {@link ShowsRules}.
 *
 * @param className without its package
 * @param method empty if the class as a whole bears it
 * @param source the source file, relative to the root of the repository
 */
record ShowingTest(String className, String method, Path source)
    implements Comparable<ShowingTest> {
  private static final Comparator<ShowingTest> ORDER =
      comparing(ShowingTest::className)
          .thenComparing(ShowingTest::method)
          .thenComparing(ShowingTest::source);

  @Override
  public int compareTo(ShowingTest other) {
    return ORDER.compare(this, other);
  }

  /** {@code RefusalTest.aServiceWithoutEndpointsIsRefusedAtOnce}. */
  @Override
  public String toString() {
    return method.isEmpty() ? className : className + "." + method;
  }
}
