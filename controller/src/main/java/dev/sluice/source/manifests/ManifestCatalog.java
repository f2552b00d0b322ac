// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.manifests;

import dev.sluice.model.EndpointSlice;
import dev.sluice.model.Service;
import dev.sluice.model.ServiceName;
import dev.sluice.model.ServiceState;
import dev.sluice.source.SourceProblem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * What all files together say.
 *
 * @param services every Service that some file speaks of, if only by a slice
 * @param problems those of the files, and the objects that are defined twice: the first definition
 *     wins, files in order of their names
 * @param ignored number of objects of kinds that Sluice has no use for
 */
record ManifestCatalog(
    Map<ServiceName, ServiceState> services, Set<SourceProblem> problems, int ignored) {
  static final ManifestCatalog EMPTY = new ManifestCatalog(Map.of(), Set.of(), 0);

  /**
   * @param unreadable what is wrong with the directory as a whole
   */
  static ManifestCatalog of(
      SortedMap<String, ManifestFile> files, Optional<SourceProblem> unreadable) {
    Merge merge = new Merge();
    unreadable.ifPresent(merge.problems::add);
    files.forEach(merge::add);
    return merge.result();
  }

  /**
   * The states that are not what they were in {@code earlier}, those that are gone included, in
   * order of their names.
   */
  List<ServiceState> changesSince(ManifestCatalog earlier) {
    List<ServiceState> changes = new ArrayList<>();
    services.forEach(
        (name, state) -> {
          if (!state.equals(earlier.services.get(name))) {
            changes.add(state);
          }
        });
    for (ServiceName name : earlier.services.keySet()) {
      if (!services.containsKey(name)) {
        changes.add(new ServiceState(name, Optional.empty(), List.of()));
      }
    }
    changes.sort(Comparator.comparing(ServiceState::name));
    return changes;
  }

  private static final class Merge {
    private final Map<String, String> definedIn = new HashMap<>();
    private final Map<ServiceName, Service> services = new HashMap<>();
    private final Map<ServiceName, List<EndpointSlice>> slices = new HashMap<>();
    private final Set<SourceProblem> problems = new LinkedHashSet<>();
    private int ignored;

    void add(String fileName, ManifestFile file) {
      problems.addAll(file.problems());
      ignored += file.ignored();
      for (ManifestObject object : file.objects()) {
        String earlier = definedIn.putIfAbsent(object.identity(), fileName);
        if (earlier == null) {
          add(object);
        } else {
          problems.add(
              new SourceProblem(
                  fileName,
                  object.document(),
                  object.identity(),
                  "defined before in " + earlier + ", which wins; remove one of the two"));
        }
      }
    }

    private void add(ManifestObject object) {
      switch (object) {
        case ManifestObject.OfService(int document, String identity, Service service) -> {
          services.put(service.name(), service);
          slices.computeIfAbsent(service.name(), name -> new ArrayList<>());
        }
        case ManifestObject.OfSlice(int document, String identity, EndpointSlice slice) ->
            slices.computeIfAbsent(slice.service(), name -> new ArrayList<>()).add(slice);
      }
    }

    ManifestCatalog result() {
      Map<ServiceName, ServiceState> states = new HashMap<>();
      slices.forEach(
          (name, list) ->
              states.put(
                  name, new ServiceState(name, Optional.ofNullable(services.get(name)), list)));
      return new ManifestCatalog(states, problems, ignored);
    }
  }
}
