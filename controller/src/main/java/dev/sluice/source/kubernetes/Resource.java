// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.kubernetes;

import java.util.Arrays;
import java.util.Optional;

/** The resources of the API that are watched. */
enum Resource {
  SERVICES("services", ""),
  ENDPOINT_SLICES("endpointslices", "discovery.k8s.io"),
  NODES("nodes", ""),
  SERVICE_CIDRS("servicecidrs", "networking.k8s.io");

  private final String plural;
  private final String group;

  Resource(String plural, String group) {
    this.plural = plural;
    this.group = group;
  }

  /** As role rules name it. */
  @Override
  public String toString() {
    return group.isEmpty() ? plural : plural + "." + group;
  }

  /** The resource that a request path is about. */
  static Optional<Resource> ofPath(String path) {
    String last = path.substring(path.lastIndexOf('/') + 1);
    return Arrays.stream(values()).filter(resource -> resource.plural.equals(last)).findFirst();
  }
}
