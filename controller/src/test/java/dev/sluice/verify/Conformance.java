// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The scenario files read from kube-proxy's own tests, which are not part of this repository. */
public final class Conformance {
  private Conformance() {}

  /** Their folder, if it is there. */
  public static Optional<Path> folder() {
    Path module = Path.of("").toAbsolutePath();
    return Stream.of(
            Optional.ofNullable(System.getProperty("sluice.conformance")).map(Path::of),
            Optional.of(module.resolve("../conformance")),
            Optional.of(module.resolve("../../shared/conformance")))
        .flatMap(Optional::stream)
        .map(path -> path.resolve("kube-proxy"))
        .filter(Files::isDirectory)
        .findFirst();
  }

  /** Skips the test and prints why. */
  public static void skip() {
    String reason =
        "skipped: no scenario files in conformance/, in ../shared/conformance or where the system"
            + " property sluice.conformance points";
    System.out.println(reason);
    abort(reason);
  }
}
