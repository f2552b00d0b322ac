// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;

/**
 * Objects of a large cluster, with all that real ones carry along: managed fields, labels, owners.
 * Each Service has one slice. Every twentieth Service has a node port.
 */
public final class LargeCluster {
  public static final String SERVICES = "/api/v1/namespaces/team/services";
  public static final String SLICES = "/apis/discovery.k8s.io/v1/namespaces/team/endpointslices";

  private static final int NODE_PORT_EACH = 20;
  private static final int FIRST_NODE_PORT = 30_000;
  private static final int NODES = 1_000;
  private static final String MANAGED =
      """
      managedFields:
      - apiVersion: v1
        manager: kube-controller-manager
        operation: Update
        time: "2026-01-01T00:00:00Z"
        fieldsType: FieldsV1
        fieldsV1: {"f:metadata": {"f:labels": {".": {}, "f:app.kubernetes.io/name": {},
          "f:app.kubernetes.io/instance": {}, "f:app.kubernetes.io/part-of": {}}, "f:annotations":
          {".": {}, "f:meta.helm.sh/release-name": {}}}, "f:spec": {"f:internalTrafficPolicy": {},
          "f:ports": {".": {}, "k:{\\"port\\":80,\\"protocol\\":\\"TCP\\"}": {".": {}, "f:name": {},
          "f:port": {}, "f:protocol": {}, "f:targetPort": {}}}, "f:selector": {}, "f:type": {}}}
      """;

  private LargeCluster() {}

  private static String metadata(int index, String name, String labels) {
    return """
    metadata:
      name: %s
      namespace: team
      uid: 3f1a3a0e-0000-4000-8000-%012d
      creationTimestamp: "2026-01-01T00:00:00Z"
      labels: {app.kubernetes.io/name: service-%d, app.kubernetes.io/instance: production%s}
      annotations: {meta.helm.sh/release-name: service-%d, meta.helm.sh/release-namespace: team}
    """
            .formatted(name, index, index, labels, index)
        + MANAGED.indent(2);
  }

  /** The Service of this number, below 65,536. */
  public static GenericKubernetesResource service(int index) {
    boolean nodePort = index % NODE_PORT_EACH == 0;
    return read(
        """
        apiVersion: v1
        kind: Service
        %sspec:
          type: %s
          clusterIP: 10.96.%3$d.%4$d
          clusterIPs: [10.96.%3$d.%4$d]
          ipFamilies: [IPv4]
          ipFamilyPolicy: SingleStack
          internalTrafficPolicy: Cluster
          selector: {app.kubernetes.io/name: service-%5$d}
          ports: [{name: http, port: 80, protocol: TCP, targetPort: http%6$s}]
        status: {loadBalancer: {}}
        """
            .formatted(
                metadata(index, "service-" + index, ""),
                nodePort ? "NodePort" : "ClusterIP",
                index >> 8,
                index & 255,
                index,
                nodePort ? ", nodePort: " + (FIRST_NODE_PORT + index / NODE_PORT_EACH) : ""));
  }

  /**
   * The slice of the Service of this number.
   *
   * @param firstAddress of its first endpoint
   * @param endpoints 1 to 100
   */
  public static GenericKubernetesResource slice(int index, String firstAddress, int endpoints) {
    StringBuilder text =
        new StringBuilder(
            """
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            %saddressType: IPv4
            ports: [{name: http, port: 8080, protocol: TCP}]
            endpoints:
            """
                .formatted(
                    metadata(
                        index,
                        "service-" + index + "-x7k2p",
                        ", kubernetes.io/service-name: service-" + index)));
    for (int endpoint = 0; endpoint < endpoints; endpoint++) {
      int number = index * endpoints + endpoint;
      text.append(
          """
          - addresses: [%s]
            conditions: {ready: true, serving: true, terminating: false}
            nodeName: node-%d
            zone: zone-%d
            targetRef: {kind: Pod, namespace: team, name: service-%d-5d9c7b6f4-%05d, uid: 9b1a3a0e-0000-4000-8000-%012d}
          """
              .formatted(
                  endpoint == 0 ? firstAddress : address(number),
                  number % NODES,
                  number % 3,
                  index,
                  endpoint,
                  number));
    }
    return read(text.toString());
  }

  /** The usual address of the endpoint of this number, below 4 million. */
  public static String address(int number) {
    return "10.%d.%d.%d".formatted(128 + (number >> 16), number >> 8 & 255, number & 255);
  }

  private static GenericKubernetesResource read(String yaml) {
    return Serialization.unmarshal(yaml, GenericKubernetesResource.class);
  }
}
