// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.manifests;

import dev.sluice.source.SourceProblem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which files define each object. The first definition wins, files in order of their names. */
final class Definitions {
  /** By identity; none is empty. */
  private final Map<String, List<Definition>> all = new HashMap<>();

  /** An object in a file. */
  record Definition(String file, ManifestObject object) {}

  /** Those of one identity: in order of the files' names, and in a file as they stand there. */
  List<Definition> of(String identity) {
    return all.getOrDefault(identity, List.of());
  }

  /**
   * Takes what a file defines now in place of what it defined before. No object of another file is
   * looked at, save those of the same identities.
   *
   * @return what {@link #of} said before, for each identity that the file defined or defines
   */
  Map<String, List<Definition>> replace(
      String file, List<ManifestObject> earlier, List<ManifestObject> now) {
    Map<String, List<Definition>> here = new LinkedHashMap<>();
    for (ManifestObject object : now) {
      here.computeIfAbsent(object.identity(), identity -> new ArrayList<>(1))
          .add(new Definition(file, object));
    }
    for (ManifestObject object : earlier) {
      here.putIfAbsent(object.identity(), List.of());
    }
    Map<String, List<Definition>> before = new LinkedHashMap<>();
    here.forEach(
        (identity, definitions) -> {
          before.put(identity, of(identity));
          set(identity, merged(of(identity), file, definitions));
        });
    return before;
  }

  private void set(String identity, List<Definition> definitions) {
    if (definitions.isEmpty()) {
      all.remove(identity);
    } else {
      all.put(identity, definitions);
    }
  }

  private static List<Definition> merged(
      List<Definition> before, String file, List<Definition> here) {
    List<Definition> merged = new ArrayList<>(before.size() + here.size());
    before.stream().filter(other -> other.file().compareTo(file) < 0).forEach(merged::add);
    merged.addAll(here);
    before.stream().filter(other -> other.file().compareTo(file) > 0).forEach(merged::add);
    return List.copyOf(merged);
  }

  /** The object in force, given all definitions of an identity. */
  static Optional<ManifestObject> winner(List<Definition> definitions) {
    return definitions.stream().findFirst().map(Definition::object);
  }

  /** What is wrong with all definitions of an identity: those behind the first have no effect. */
  static Set<SourceProblem> problems(List<Definition> definitions) {
    Set<SourceProblem> problems = new LinkedHashSet<>();
    definitions.stream()
        .skip(1)
        .forEach(
            loser ->
                problems.add(
                    new SourceProblem(
                        loser.file(),
                        loser.object().document(),
                        loser.object().identity(),
                        "defined before in "
                            + definitions.getFirst().file()
                            + ", which wins; remove one of the two")));
    return problems;
  }
}
