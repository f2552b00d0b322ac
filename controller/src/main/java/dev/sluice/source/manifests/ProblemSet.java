// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.manifests;

import dev.sluice.source.SourceProblem;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What is wrong now, and what of it has not been told yet. */
final class ProblemSet {
  private static final Comparator<SourceProblem> IN_FILE_ORDER =
      Comparator.comparing(SourceProblem::origin).thenComparing(SourceProblem::document);

  private final Set<SourceProblem> all = new HashSet<>();
  private final Set<SourceProblem> appeared = new HashSet<>();
  private final Set<SourceProblem> resolved = new HashSet<>();

  /** Takes {@code now} in place of {@code before}. No other owner may have one of these. */
  void replace(Collection<SourceProblem> before, Collection<SourceProblem> now) {
    Set<SourceProblem> kept = Set.copyOf(now);
    for (SourceProblem problem : before) {
      if (!kept.contains(problem) && all.remove(problem) && !appeared.remove(problem)) {
        resolved.add(problem);
      }
    }
    for (SourceProblem problem : kept) {
      if (all.add(problem) && !resolved.remove(problem)) {
        appeared.add(problem);
      }
    }
  }

  Set<SourceProblem> all() {
    return Set.copyOf(all);
  }

  /** Those that were not there when {@link #markTold} was called last. */
  List<SourceProblem> appeared() {
    return inFileOrder(appeared);
  }

  /** Those that were there then, and are no more. */
  List<SourceProblem> resolved() {
    return inFileOrder(resolved);
  }

  void markTold() {
    appeared.clear();
    resolved.clear();
  }

  private static List<SourceProblem> inFileOrder(Set<SourceProblem> problems) {
    return problems.stream()
        .sorted(
            IN_FILE_ORDER.thenComparing(SourceProblem::object).thenComparing(SourceProblem::reason))
        .toList();
  }
}
