// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.manifests;

import dev.sluice.model.EndpointSlice;
import dev.sluice.model.Service;
import dev.sluice.model.ServiceName;
import dev.sluice.model.ServiceState;
import dev.sluice.source.SourceProblem;
import dev.sluice.source.manifests.Definitions.Definition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * What all files together say, and what of it has not been told yet. A change of a file costs as
 * much as that file holds, however many other files there are.
 */
final class ManifestCatalog {
  private final Map<String, ManifestFile> files = new HashMap<>();
  private final Definitions definitions = new Definitions();
  private final Map<ServiceName, ServiceState> services = new HashMap<>();
  private final ProblemSet problems = new ProblemSet();

  /** What was told last of the Services that were touched since. */
  private final Map<ServiceName, ServiceState> toldLast = new HashMap<>();

  private Optional<SourceProblem> unreadable = Optional.empty();
  private int ignored;

  /** A Service that is not what was told of it last; states of one that is not there are empty. */
  record Change(ServiceState before, ServiceState now) {}

  /**
   * Takes what files say now in place of what they said before.
   *
   * @param changed by the files' names; {@link ManifestFile#NONE} for those that are gone
   * @return how many objects were looked at, those that the files defined before included
   */
  int update(SortedMap<String, ManifestFile> changed) {
    Map<String, List<Definition>> before = new LinkedHashMap<>();
    int looked = 0;
    for (Map.Entry<String, ManifestFile> file : changed.entrySet()) {
      ManifestFile now = file.getValue();
      ManifestFile earlier = replace(file.getKey(), now);
      looked += earlier.objects().size() + now.objects().size();
      problems.replace(earlier.problems(), now.problems());
      ignored += now.ignored() - earlier.ignored();
      definitions
          .replace(file.getKey(), earlier.objects(), now.objects())
          .forEach(before::putIfAbsent);
    }
    settle(before);
    return looked;
  }

  private ManifestFile replace(String name, ManifestFile now) {
    ManifestFile earlier =
        now.equals(ManifestFile.NONE) ? files.remove(name) : files.put(name, now);
    return earlier == null ? ManifestFile.NONE : earlier;
  }

  /** Finds out anew which definitions win, where these were the definitions before. */
  private void settle(Map<String, List<Definition>> before) {
    Map<ServiceName, Map<String, Optional<ManifestObject>>> winners = new HashMap<>();
    before.forEach(
        (identity, earlier) -> {
          List<Definition> now = definitions.of(identity);
          problems.replace(Definitions.problems(earlier), Definitions.problems(now));
          // A slice may now belong to another Service than before.
          Definitions.winner(earlier)
              .ifPresent(
                  object -> of(winners, object.service()).putIfAbsent(identity, Optional.empty()));
          Definitions.winner(now)
              .ifPresent(
                  object -> of(winners, object.service()).put(identity, Optional.of(object)));
        });
    winners.forEach(this::update);
  }

  private static Map<String, Optional<ManifestObject>> of(
      Map<ServiceName, Map<String, Optional<ManifestObject>>> winners, ServiceName service) {
    return winners.computeIfAbsent(service, name -> new HashMap<>());
  }

  /**
   * Makes a Service's state anew.
   *
   * @param winners what is in force now, of the identities that may have changed; empty if it is
   *     gone, or belongs to another Service now
   */
  private void update(ServiceName name, Map<String, Optional<ManifestObject>> winners) {
    ServiceState before = services.getOrDefault(name, nothing(name));
    Optional<Service> service =
        before.service().filter(kept -> !winners.containsKey(ManifestObject.identity(kept)));
    List<EndpointSlice> slices = new ArrayList<>();
    for (EndpointSlice slice : before.slices()) {
      if (!winners.containsKey(ManifestObject.identity(slice))) {
        slices.add(slice);
      }
    }
    for (Optional<ManifestObject> winner : winners.values()) {
      switch (winner.orElse(null)) {
        case ManifestObject.OfService now -> service = Optional.of(now.object());
        case ManifestObject.OfSlice now -> slices.add(now.object());
        case null -> {
          // gone
        }
      }
    }
    toldLast.putIfAbsent(name, before);
    if (service.isEmpty() && slices.isEmpty()) {
      services.remove(name);
    } else {
      services.put(name, new ServiceState(name, service, slices));
    }
  }

  private static ServiceState nothing(ServiceName name) {
    return new ServiceState(name, Optional.empty(), List.of());
  }

  /** Says what is wrong with the directory as a whole. */
  void setUnreadable(Optional<SourceProblem> now) {
    problems.replace(unreadable.stream().toList(), now.stream().toList());
    unreadable = now;
  }

  /** Every Service that some file speaks of, if only by a slice, in order of their names. */
  List<ServiceState> services() {
    return services.values().stream().sorted(Comparator.comparing(ServiceState::name)).toList();
  }

  /** What is wrong with the files, and the objects that are defined twice. */
  Set<SourceProblem> problems() {
    return problems.all();
  }

  /** Number of objects of kinds that Sluice has no use for. */
  int ignored() {
    return ignored;
  }

  /** The Services to tell of, in order of their names. */
  List<Change> changes() {
    List<Change> changes = new ArrayList<>();
    toldLast.forEach(
        (name, before) -> {
          ServiceState now = services.getOrDefault(name, nothing(name));
          if (!now.equals(before)) {
            changes.add(new Change(before, now));
          }
        });
    changes.sort(Comparator.comparing(change -> change.now().name()));
    return changes;
  }

  /** The problems to tell of, those of a file in the order of its documents. */
  List<SourceProblem> newProblems() {
    return problems.appeared();
  }

  /** The problems that were told and are no more. */
  List<SourceProblem> resolvedProblems() {
    return problems.resolved();
  }

  /** From now on, {@link #changes} and the like start from what they say now. */
  void markTold() {
    toldLast.clear();
    problems.markTold();
  }
}
