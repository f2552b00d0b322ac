// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.manifests;

import dev.sluice.model.ServiceState;
import dev.sluice.source.SourceException;
import dev.sluice.source.SourceProblem;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Reads manifests once, where no directory is watched. */
public final class Manifests {
  /** One for all, since what it learns of Kubernetes' classes takes longer than most manifests. */
  private static final ManifestReader READER = new ManifestReader();

  private Manifests() {}

  /**
   * Reads manifests as {@link ManifestDirectory} reads a file.
   *
   * @param name what problems are told of; JSON if it ends so, else YAML
   * @param warnings hears of parts that are left out
   * @return a state for each Service, in order of their names
   * @throws SourceException if it cannot be used; a line for each problem
   */
  public static List<ServiceState> read(
      String name, byte[] content, Consumer<SourceProblem> warnings) {
    ManifestFile file = READER.read(name, content);
    if (file.broken()) {
      throw new SourceException(
          file.problems().stream().map(SourceProblem::toString).collect(Collectors.joining("\n")));
    }
    ManifestCatalog catalog = new ManifestCatalog();
    catalog.update(new TreeMap<>(Map.of(name, file)));
    catalog.newProblems().forEach(warnings);
    return catalog.services();
  }
}
