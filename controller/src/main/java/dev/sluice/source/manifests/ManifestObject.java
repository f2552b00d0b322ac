// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.manifests;

import dev.sluice.model.EndpointSlice;
import dev.sluice.model.Service;
import dev.sluice.model.ServiceName;

/** An object that a manifest holds. */
sealed interface ManifestObject {
  /** The number of its YAML document in the file, from 1. */
  int document();

  /** Kind, namespace and name: there can be just one such object. */
  String identity();

  /** The Service that it is, or belongs to. */
  ServiceName service();

  static String identity(Service service) {
    return "Service " + service.name();
  }

  static String identity(EndpointSlice slice) {
    return "EndpointSlice " + slice.service().namespace() + "/" + slice.name();
  }

  /** A Service. */
  record OfService(int document, String identity, Service object) implements ManifestObject {
    OfService(int document, Service object) {
      this(document, ManifestObject.identity(object), object);
    }

    @Override
    public ServiceName service() {
      return object.name();
    }
  }

  /** An EndpointSlice. */
  record OfSlice(int document, String identity, EndpointSlice object) implements ManifestObject {
    OfSlice(int document, EndpointSlice object) {
      this(document, ManifestObject.identity(object), object);
    }

    @Override
    public ServiceName service() {
      return object.service();
    }
  }
}
