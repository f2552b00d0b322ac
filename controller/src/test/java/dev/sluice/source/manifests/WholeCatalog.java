// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.manifests;

import dev.sluice.model.EndpointSlice;
import dev.sluice.model.Service;
import dev.sluice.model.ServiceName;
import dev.sluice.model.ServiceState;
import dev.sluice.source.SourceProblem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What all files together say, found by reading through all of them: the rules in their simplest
 * form, to judge {@link ManifestCatalog} by.
 */
final class WholeCatalog {
  final SortedMap<ServiceName, ServiceState> services = new TreeMap<>();
  final Set<SourceProblem> problems = new HashSet<>();
  int ignored;

  private final Map<String, String> definedIn = new HashMap<>();

  WholeCatalog(SortedMap<String, ManifestFile> files) {
    files.forEach(this::add);
  }

  private void add(String fileName, ManifestFile file) {
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
    ServiceState before = state(object.service());
    Optional<Service> service = before.service();
    List<EndpointSlice> slices = new ArrayList<>(before.slices());
    switch (object) {
      case ManifestObject.OfService now -> service = Optional.of(now.object());
      case ManifestObject.OfSlice now -> slices.add(now.object());
    }
    services.put(before.name(), new ServiceState(before.name(), service, slices));
  }

  /** That of a Service nobody speaks of is empty. */
  ServiceState state(ServiceName name) {
    return services.getOrDefault(name, new ServiceState(name, Optional.empty(), List.of()));
  }

  /** What a listener that was told all of {@code earlier} has to be told. */
  List<ServiceState> changesSince(WholeCatalog earlier) {
    Set<ServiceName> names = new TreeSet<>(services.keySet());
    names.addAll(earlier.services.keySet());
    return names.stream()
        .filter(name -> !state(name).equals(earlier.state(name)))
        .map(this::state)
        .toList();
  }
}
