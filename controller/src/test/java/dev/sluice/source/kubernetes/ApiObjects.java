// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.kubernetes;

import dev.sluice.model.WellKnown;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.ServiceCIDR;
import io.fabric8.kubernetes.api.model.networking.v1.ServiceCIDRBuilder;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Small objects as a cluster has them, all in the namespace {@code default}. */
final class ApiObjects {
  static final String NAMESPACE = "default";

  private ApiObjects() {}

  /** A ClusterIP Service with the unnamed TCP port 80. */
  static Service service(String name, String clusterIp) {
    return new ServiceBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(NAMESPACE)
        .endMetadata()
        .withNewSpec()
        .withType("ClusterIP")
        .withClusterIP(clusterIp)
        .withClusterIPs(clusterIp)
        .addNewPort()
        .withName("")
        .withProtocol("TCP")
        .withPort(80)
        .endPort()
        .endSpec()
        .build();
  }

  /** A slice whose endpoints are ready and listen on 8080. */
  static EndpointSlice slice(String name, String service, String... addresses) {
    return new EndpointSliceBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(NAMESPACE)
        .withLabels(Map.of(WellKnown.SERVICE_NAME, service))
        .endMetadata()
        .withAddressType("IPv4")
        .withEndpoints(
            Stream.of(addresses)
                .map(
                    address ->
                        new EndpointBuilder()
                            .withAddresses(address)
                            .withNodeName("node-a")
                            .withNewConditions()
                            .withReady(true)
                            .endConditions()
                            .build())
                .toList())
        .addNewPort()
        .withName("")
        .withProtocol("TCP")
        .withPort(8080)
        .endPort()
        .build();
  }

  static Node node(String name, String zone, String podCidr, String address) {
    return new NodeBuilder()
        .withNewMetadata()
        .withName(name)
        .withLabels(Map.of(WellKnown.ZONE, zone, "kubernetes.io/os", "linux"))
        .endMetadata()
        .withNewSpec()
        .withPodCIDRs(podCidr)
        .endSpec()
        .withNewStatus()
        .addNewAddress("203.0.113.9", "ExternalIP")
        .addNewAddress(name, "Hostname")
        .addNewAddress(address, "InternalIP")
        .endStatus()
        .build();
  }

  static ServiceCIDR serviceCidr(String name, String... cidrs) {
    return new ServiceCIDRBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .withCidrs(List.of(cidrs))
        .endSpec()
        .build();
  }
}
