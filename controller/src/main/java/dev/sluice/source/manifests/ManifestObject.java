// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.manifests;

import dev.sluice.model.EndpointSlice;
import dev.sluice.model.Service;

/** An object that a manifest holds. */
sealed interface ManifestObject {
  /** The number of its YAML document in the file, from 1. */
  int document();

  /** Kind, namespace and name: there can be just one such object. */
  String identity();

  /** A Service. */
  record OfService(int document, Service service) implements ManifestObject {
    @Override
    public String identity() {
      return "Service " + service.name();
    }
  }

  /** An EndpointSlice. */
  record OfSlice(int document, EndpointSlice slice) implements ManifestObject {
    @Override
    public String identity() {
      return "EndpointSlice " + slice.service().namespace() + "/" + slice.name();
    }
  }
}
