// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

import static java.util.Objects.requireNonNull;

/** The namespace and name of a Service. Ordered by namespace, then name. */
public record ServiceName(String namespace, String name) implements Comparable<ServiceName> {
  public ServiceName {
    requireNonNull(namespace, "namespace");
    requireNonNull(name, "name");
  }

  @Override
  public int compareTo(ServiceName other) {
    int byNamespace = namespace.compareTo(other.namespace);
    return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
  }

  /** {@code namespace/name}. */
  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
