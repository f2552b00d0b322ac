// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import dev.sluice.bench.controller.JmhResults;
import dev.sluice.bench.controller.RunFacts;
import dev.sluice.bench.datapath.Report;
import dev.sluice.bench.datapath.ReportJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The page and its plots, as the files of the benchmarks make them: the same from the same files,
 * on every machine.
 */
final class BenchmarksPage {
  private static final String PAGE = "benchmarks.md";
  private static final String FOLDER = "benchmarks";
  private static final String PLOT = ".svg";

  private final Path docs;

  /**
   * The page of a folder.
   *
   * @param docs that has {@code benchmarks.md}, and the files in {@code benchmarks/}
   */
  BenchmarksPage(Path docs) {
    this.docs = docs;
  }

  /**
   * All files that must be written or removed, so that the page says what the results say.
   *
   * @return what each must hold; empty for plots that nothing makes any more
   * @throws ReportException if a file of results or the page cannot be used
   */
  Map<Path, Optional<String>> changes() {
    Map<Path, Optional<String>> wanted = new TreeMap<>();
    for (Path old : files(PLOT)) {
      wanted.put(old, Optional.empty());
    }
    Path pageFile = docs.resolve(PAGE);
    String page = read(pageFile);
    for (Part part : parts()) {
      try {
        page = Page.replace(page, part);
      } catch (IllegalArgumentException e) {
        throw new ReportException(pageFile + " " + e.getMessage(), e);
      }
      part.plots().forEach((name, svg) -> wanted.put(folder().resolve(name), Optional.of(svg)));
    }
    wanted.put(pageFile, Optional.of(page));
    wanted.entrySet().removeIf(file -> file.getValue().equals(present(file.getKey())));
    return wanted;
  }

  private List<Part> parts() {
    Map<String, Comparison> comparisons = comparisons();
    Optional<JmhResults> jmh = read(JmhPart.FILE, JmhResults::read);
    Optional<Report> datapath = read(DatapathPart.FILE, ReportJson::read);
    List<Part> parts = new ArrayList<>();
    parts.add(TargetsPart.of(comparisons, jmh, datapath));
    parts.add(ComparePart.of(comparisons));
    parts.add(JmhPart.of(jmh, read(RunFacts.fileBeside(JmhPart.FILE), RunFacts::read)));
    parts.add(DatapathPart.of(datapath));
    return parts;
  }

  private Map<String, Comparison> comparisons() {
    Map<String, Comparison> all = new TreeMap<>();
    files(".json").stream()
        .filter(file -> Comparison.isName(file.getFileName().toString()))
        .map(Comparison::read)
        .forEach(comparison -> all.put(comparison.name(), comparison));
    return all;
  }

  private <T> Optional<T> read(String name, Function<String, T> reader) {
    Path file = folder().resolve(name);
    try {
      return present(file).map(reader);
    } catch (IllegalArgumentException e) {
      throw new ReportException("cannot use " + file + ": " + e.getMessage(), e);
    }
  }

  private Path folder() {
    return docs.resolve(FOLDER);
  }

  private List<Path> files(String suffix) {
    try (Stream<Path> all = Files.list(folder())) {
      return all.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    } catch (IOException e) {
      throw new ReportException("cannot list " + folder() + ": " + e.getMessage(), e);
    }
  }

  private static Optional<String> present(Path file) {
    return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new ReportException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
