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
  record OfService(int document, String identity, Service service) implements ManifestObject {
    OfService(int document, Service service) {
      this(document, "Service " + service.name(), service);
    }
  }

  /** An EndpointSlice. */
  record OfSlice(int document, String identity, EndpointSlice slice) implements ManifestObject {
    OfSlice(int document, EndpointSlice slice) {
      this(document, "EndpointSlice " + slice.service().namespace() + "/" + slice.name(), slice);
    }
  }
}
