// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import dev.sluice.model.EndpointSlice;
import dev.sluice.model.Service;
import dev.sluice.model.ServiceState;
import dev.sluice.source.KubernetesObjects;
import dev.sluice.source.manifests.Manifests;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it takes to read a Service and its slice as text, from a manifest or an API server. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class DecodingBenchmark {
  /** Of the slice. */
  @Param({"10", "100"})
  int endpoints;

  private final KubernetesSerialization client = new KubernetesSerialization();
  private String serviceJson = "";
  private String sliceJson = "";
  private byte[] manifestYaml = {};
  private byte[] manifestJson = {};

  /** Writes the objects, with the fields that an API server sends, as text. */
  @Setup
  public void write() {
    serviceJson =
        """
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"shop",
        "uid":"6f5b7d2c-0f5c-4b4e-9a53-0d7a3f0f2a11","resourceVersion":"1234567",
        "creationTimestamp":"2026-01-01T00:00:00Z","labels":{"app":"web"}},
        "spec":{"type":"ClusterIP","clusterIP":"10.96.0.10","clusterIPs":["10.96.0.10"],
        "ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack","internalTrafficPolicy":"Cluster",
        "selector":{"app":"web"},"sessionAffinity":"None",
        "ports":[{"name":"http","port":80,"protocol":"TCP","targetPort":8080}]},
        "status":{"loadBalancer":{}}}
        """;
    sliceJson =
        """
        {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"web-x7k2p",
        "namespace":"shop","uid":"a2f5b7d2-0f5c-4b4e-9a53-0d7a3f0f2a12","resourceVersion":"1234568",
        "labels":{"app":"web","kubernetes.io/service-name":"web"}},"addressType":"IPv4",
        "ports":[{"name":"http","port":8080,"protocol":"TCP"}],"endpoints":[%s]}
        """
            .formatted(
                IntStream.range(0, endpoints)
                    .mapToObj(DecodingBenchmark::endpoint)
                    .collect(Collectors.joining(",")));
    String list =
        "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":["
            + serviceJson
            + ","
            + sliceJson
            + "]}";
    manifestJson = list.getBytes(StandardCharsets.UTF_8);
    manifestYaml =
        (client.asYaml(service()) + client.asYaml(slice())).getBytes(StandardCharsets.UTF_8);
  }

  private static String endpoint(int index) {
    return """
    {"addresses":["10.128.%d.%d"],"conditions":{"ready":true,"serving":true,"terminating":false},
    "nodeName":"node-%d","zone":"zone-%d","targetRef":{"kind":"Pod","name":"web-%d",
    "namespace":"shop","uid":"0c1d2e3f-0f5c-4b4e-9a53-0d7a3f0f2a13"}}
    """
        .formatted(index / 250, index % 250 + 1, index % 10, index % 3, index);
  }

  private io.fabric8.kubernetes.api.model.Service service() {
    return client.unmarshal(serviceJson, io.fabric8.kubernetes.api.model.Service.class);
  }

  private io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice slice() {
    return client.unmarshal(
        sliceJson, io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice.class);
  }

  @Benchmark
  public List<ServiceState> yamlManifest() {
    return Manifests.read("web.yaml", manifestYaml, DecodingBenchmark::unexpected);
  }

  @Benchmark
  public List<ServiceState> jsonManifest() {
    return Manifests.read("web.json", manifestJson, DecodingBenchmark::unexpected);
  }

  /** As the API's client reads it, and then as an informer's event is taken over. */
  @Benchmark
  public Service apiService() {
    return KubernetesObjects.service(service());
  }

  @Benchmark
  public Optional<EndpointSlice> apiEndpointSlice() {
    return KubernetesObjects.endpointSlice(slice(), DecodingBenchmark::unexpected);
  }

  private static void unexpected(Object warning) {
    throw new IllegalStateException("the benchmark's own objects are not valid: " + warning);
  }
}
