// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source;

import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.model.RegisteredNode;
import dev.sluice.model.WellKnown;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.networking.v1.ServiceCIDR;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns the objects that are about the cluster, not about Services, into Sluice's own records. */
public final class ClusterObjects {
  /** In kube-proxy's order of preference (rule 201); host names and the like are no addresses. */
  private static final List<String> ADDRESS_TYPES = List.of("InternalIP", "ExternalIP");

  private ClusterObjects() {}

  /**
   * Reads a v1 Node.
   *
   * @throws SourceException if an address or a pod network of it is none
   */
  public static RegisteredNode node(Node object) {
    Optional<String> zone =
        Optional.ofNullable(object.getMetadata().getLabels())
            .map(labels -> labels.get(WellKnown.ZONE))
            .filter(value -> !value.isEmpty());
    try {
      return new RegisteredNode(zone, podCidrs(object), addresses(object), eligible(object));
    } catch (IllegalArgumentException e) {
      throw new SourceException(e.getMessage(), e);
    }
  }

  private static boolean eligible(Node object) {
    boolean tainted =
        object.getSpec() != null
            && object.getSpec().getTaints().stream()
                .anyMatch(taint -> WellKnown.TO_BE_DELETED.equals(taint.getKey()));
    return object.getMetadata().getDeletionTimestamp() == null && !tainted;
  }

  private static List<Cidr> podCidrs(Node object) {
    if (object.getSpec() == null || object.getSpec().getPodCIDRs() == null) {
      return List.of();
    }
    return object.getSpec().getPodCIDRs().stream().map(Cidr::parse).toList();
  }

  private static List<IpAddress> addresses(Node object) {
    if (object.getStatus() == null || object.getStatus().getAddresses() == null) {
      return List.of();
    }
    List<IpAddress> addresses = new ArrayList<>();
    for (String type : ADDRESS_TYPES) {
      for (NodeAddress address : object.getStatus().getAddresses()) {
        if (type.equals(address.getType())) {
          addresses.add(IpAddress.parse(address.getAddress()));
        }
      }
    }
    return addresses;
  }

  /**
   * Reads a networking.k8s.io/v1 ServiceCIDR.
   *
   * @throws SourceException if a network of it is none
   */
  public static List<Cidr> serviceCidrs(ServiceCIDR object) {
    if (object.getSpec() == null || object.getSpec().getCidrs() == null) {
      return List.of();
    }
    try {
      return object.getSpec().getCidrs().stream().map(Cidr::parse).toList();
    } catch (IllegalArgumentException e) {
      throw new SourceException(e.getMessage(), e);
    }
  }
}
