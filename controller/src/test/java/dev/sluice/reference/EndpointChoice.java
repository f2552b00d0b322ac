// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Which endpoints of a Service port may be chosen (sections 4 and 5 of the rules). */
final class EndpointChoice {
  private final Node node;
  private final Collection<Endpoint> all;

  EndpointChoice(Node node, Collection<Endpoint> all) {
    this.node = node;
    this.all = all;
  }

  /** Whether any endpoint anywhere could be used: it decides reject against drop (rule 49). */
  boolean hasAny() {
    return all.stream().anyMatch(endpoint -> endpoint.ready() || endpoint.isLastResort());
  }

  /** The Cluster list (rule 40). */
  Set<Backend> cluster(Set<Integer> rules) {
    List<Endpoint> ready = only(all, Endpoint::ready);
    if (ready.isEmpty()) {
      rules.add(40);
      return backends(only(all, Endpoint::isLastResort));
    }
    return backends(nearest(ready, rules));
  }

  /** The Local list, which knows no topology (rules 41, 60). */
  Set<Backend> local(Set<Integer> rules) {
    List<Endpoint> here = only(all, endpoint -> node.isHere(endpoint.nodeName()));
    List<Endpoint> ready = only(here, Endpoint::ready);
    if (!ready.isEmpty()) {
      return backends(ready);
    }
    List<Endpoint> ending = only(here, Endpoint::isLastResort);
    if (!ending.isEmpty()) {
      // Rule 42: although Cluster traffic may still have ready endpoints elsewhere.
      rules.add(only(all, Endpoint::ready).isEmpty() ? 41 : 42);
    }
    return backends(ending);
  }

  /** Narrows ready endpoints; hints of others do not count (rule 59). */
  private List<Endpoint> nearest(List<Endpoint> ready, Set<Integer> rules) {
    List<Endpoint> forNode = only(ready, endpoint -> endpoint.nodes().contains(node.name()));
    if (!forNode.isEmpty()) {
      if (ready.stream().noneMatch(endpoint -> endpoint.nodes().isEmpty())) {
        rules.add(54);
        return forNode;
      }
      rules.add(56);
    }
    return inZone(ready, rules);
  }

  private List<Endpoint> inZone(List<Endpoint> ready, Set<Integer> rules) {
    boolean everyHinted = ready.stream().noneMatch(endpoint -> endpoint.zones().isEmpty());
    if (node.zone().isEmpty()) {
      if (everyHinted) {
        rules.add(57);
      }
      return ready;
    }
    List<Endpoint> forZone = only(ready, endpoint -> endpoint.zones().contains(node.zone().get()));
    if (forZone.isEmpty()) {
      if (everyHinted) {
        rules.add(58);
      }
      return ready;
    }
    rules.add(everyHinted ? 55 : 56);
    return everyHinted ? forZone : ready;
  }

  private static List<Endpoint> only(
      Collection<Endpoint> endpoints, Predicate<Endpoint> condition) {
    return endpoints.stream().filter(condition).toList();
  }

  private static Set<Backend> backends(List<Endpoint> endpoints) {
    return endpoints.stream().map(Endpoint::backend).collect(Collectors.toUnmodifiableSet());
  }
}
