// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

/** Files of results that say of themselves that nothing in them was measured. */
final class Samples {
  static final String HOST = "compare-host.json";
  static final String EMULATED = "compare-qemu-6.1.json";

  static final String JMH = "jmh.json";
  static final String JMH_MACHINE = "jmh-machine.json";

  private Samples() {}

  static Comparison comparison(String name) {
    return Comparison.read(file(name));
  }

  static Path file(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(Samples.class.getResource("samples/" + name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A folder like docs/, with the real page's text and no results but those of these samples. */
  static Path docs(Path directory, String... names) {
    try {
      Path results = Files.createDirectories(directory.resolve("benchmarks"));
      Files.copy(Path.of("..", "docs", "benchmarks.md"), directory.resolve("benchmarks.md"));
      for (String name : names) {
        Files.copy(file(name), results.resolve(name));
      }
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String[] plots(Path docs) {
    try (Stream<Path> all = Files.list(docs.resolve("benchmarks"))) {
      return all.map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".svg"))
          .sorted()
          .toArray(String[]::new);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
