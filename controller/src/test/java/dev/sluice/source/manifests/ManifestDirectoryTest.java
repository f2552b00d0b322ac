// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.manifests;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.model.Endpoint;
import dev.sluice.model.EndpointSlice;
import dev.sluice.model.IpFamily;
import dev.sluice.model.LoadBalancerIngress;
import dev.sluice.model.Protocol;
import dev.sluice.model.Service;
import dev.sluice.model.ServiceName;
import dev.sluice.model.ServicePort;
import dev.sluice.model.ServiceState;
import dev.sluice.model.ServiceType;
import dev.sluice.model.SlicePort;
import dev.sluice.model.TrafficPolicy;
import dev.sluice.source.RecordingListener;
import dev.sluice.source.SourceException;
import dev.sluice.source.SourceProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ManifestDirectoryTest {
  private final RecordingListener listener = new RecordingListener();
  private ManifestDirectory source;

  @TempDir Path temporary;

  private Path directory() {
    return temporary.resolve("manifests");
  }

  private void start() throws IOException, InterruptedException {
    Files.createDirectories(directory());
    source = new ManifestDirectory(directory());
    source.start(listener);
    listener.awaitSynced();
  }

  @AfterEach
  void close() {
    if (source != null) {
      source.close();
    }
  }

  /** Writes a file the way it should be done: whole, and then renamed into place. */
  private void put(String name, String content) throws IOException {
    Files.createDirectories(directory());
    Path draft = Files.writeString(temporary.resolve("draft"), content);
    Files.move(draft, directory().resolve(name), ATOMIC_MOVE);
  }

  private static String service(String name, String clusterIp) {
    return """
    apiVersion: v1
    kind: Service
    metadata: {name: %s}
    spec: {clusterIP: %s, ports: [{port: 80}]}
    """
        .formatted(name, clusterIp);
  }

  private static String slice(String name, String service, String... addresses) {
    return """
    apiVersion: discovery.k8s.io/v1
    kind: EndpointSlice
    metadata: {name: %s, labels: {kubernetes.io/service-name: %s}}
    addressType: IPv4
    endpoints: [%s]
    ports: [{name: "", port: 8080, protocol: TCP}]
    """
        .formatted(
            name,
            service,
            String.join(
                ", ", Arrays.stream(addresses).map("{addresses: [%s]}"::formatted).toList()));
  }

  private static Optional<String> clusterIp(ServiceState state) {
    return state == null ? Optional.empty() : state.service().map(Service::clusterIp);
  }

  private void awaitClusterIp(String name, String clusterIp) throws InterruptedException {
    listener.await(
        name + " at " + clusterIp,
        heard -> clusterIp(heard.state(name)).equals(Optional.of(clusterIp)));
  }

  private void awaitGone(String name) throws InterruptedException {
    listener.await(
        name + " gone",
        heard -> heard.state(name) != null && heard.state(name).service().isEmpty());
  }

  private void awaitProblem(String text) throws InterruptedException {
    listener.await(
        "a problem '" + text + "'",
        heard -> heard.problems().stream().anyMatch(p -> p.toString().contains(text)));
  }

  private void awaitNoProblem() throws InterruptedException {
    listener.await("no problem", heard -> heard.problems().isEmpty());
  }

  @Test
  void anEmptyDirectoryIsSyncedWithoutAChange() throws Exception {
    start();
    assertThat(listener.changes()).isEmpty();
    assertThat(listener.timesSynced()).isEqualTo(1);
  }

  @Test
  void aMissingDirectoryIsRefusedByName() {
    source = new ManifestDirectory(directory());
    assertThatThrownBy(() -> source.start(listener))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining(directory().toString())
        .hasMessageContaining("create it");
    source = null;
  }

  @Test
  void objectsAreReadAsKubectlPrintsThem() throws Exception {
    put("all.yaml", KUBECTL_OUTPUT);
    start();
    ServiceName name = new ServiceName("shop", "web");
    assertThat(listener.problems()).isEmpty();
    assertThat(listener.changes())
        .containsExactly(
            new ServiceState(
                name,
                Optional.of(
                    new Service(
                        name,
                        ServiceType.LOAD_BALANCER,
                        "10.96.12.34",
                        List.of("10.96.12.34"),
                        List.of("203.0.113.7"),
                        List.of(
                            new LoadBalancerIngress("198.51.100.4", LoadBalancerIngress.Mode.VIP)),
                        List.of("203.0.113.0/24"),
                        TrafficPolicy.CLUSTER,
                        TrafficPolicy.LOCAL,
                        3600,
                        31234,
                        Map.of(),
                        Map.of("sluice.dev/algorithm", "maglev"),
                        List.of(
                            new ServicePort("http", Protocol.TCP, 80, 30080),
                            new ServicePort("dns", Protocol.UDP, 53, 30053)))),
                List.of(
                    new EndpointSlice(
                        name,
                        "web-x7k2p",
                        IpFamily.IPV4,
                        false,
                        List.of(
                            new SlicePort("http", Protocol.TCP, 8080),
                            new SlicePort("dns", Protocol.UDP, 5353)),
                        List.of(
                            new Endpoint(
                                "10.244.1.5",
                                Optional.of("node-a"),
                                true,
                                true,
                                false,
                                Set.of("zone-a"),
                                Set.of("node-a")),
                            new Endpoint(
                                "10.244.2.6",
                                Optional.of("node-b"),
                                false,
                                true,
                                true,
                                Set.of(),
                                Set.of()))))));
    assertThat(source.ignoredObjects()).as("the ConfigMap").isEqualTo(1);
  }

  @Test
  void renamedFilesAreHeardOfAtOnce() throws Exception {
    put("web.yaml", service("web", "10.96.0.1"));
    start();
    int rounds = 50;
    long[] micros = new long[rounds];
    for (int round = 0; round < rounds; round++) {
      String clusterIp = "10.96.1." + (round + 1);
      Path draft = Files.writeString(temporary.resolve("draft"), service("web", clusterIp));
      long start = System.nanoTime();
      Files.move(draft, directory().resolve("web.yaml"), ATOMIC_MOVE);
      awaitClusterIp("web", clusterIp);
      micros[round] = TimeUnit.NANOSECONDS.toMicros(listener.lastChangeNanos() - start);
    }
    Arrays.sort(micros);
    System.out.printf(
        "rename to listener, latency in ms: median %.2f, worst %.2f%n",
        micros[rounds / 2] / 1e3, micros[rounds - 1] / 1e3);
    assertThat(micros[rounds / 2]).isLessThan(1_000_000);
  }

  @Test
  @ShowsRules(11)
  void onlyServicesThatChangedAreTold() throws Exception {
    put("a.yaml", service("a", "10.96.0.1") + "---\n" + slice("a-1", "a", "10.244.0.1"));
    put("b.yaml", service("b", "10.96.0.2"));
    start();
    assertThat(listener.changedNames()).containsExactlyInAnyOrder("default/a", "default/b");
    listener.forgetChanges();

    put("a.yaml", service("a", "10.96.0.1") + "---\n" + slice("a-1", "a", "10.244.0.1"));
    Files.writeString(directory().resolve("b.yaml"), service("b", "10.96.0.2"));
    put("a.yaml", service("a", "10.96.0.1") + "---\n" + slice("a-1", "a", "10.244.0.9"));
    listener.await("a change", heard -> !heard.changes().isEmpty());
    put("c.yaml", service("c", "10.96.0.3"));
    awaitClusterIp("c", "10.96.0.3");
    assertThat(listener.changedNames()).containsExactly("default/a", "default/c");
    assertThat(listener.timesSynced()).isEqualTo(1);
  }

  @Test
  @ShowsRules(12)
  void deletingAFileDeletesItsObjects() throws Exception {
    put("a.yaml", service("a", "10.96.0.1"));
    put("a-slice.yaml", slice("a-1", "a", "10.244.0.1"));
    start();
    Files.delete(directory().resolve("a.yaml"));
    awaitGone("a");
    assertThat(listener.state("a").slices()).as("slices outlive their Service").hasSize(1);
    Files.delete(directory().resolve("a-slice.yaml"));
    listener.await("no slices", heard -> heard.state("a").slices().isEmpty());
    put("a.yaml", service("a", "10.96.0.1"));
    awaitClusterIp("a", "10.96.0.1");
  }

  @Test
  @ShowsRules(12)
  void aSliceMayComeBeforeItsService() throws Exception {
    put("slice.yaml", slice("a-1", "a", "10.244.0.1"));
    start();
    assertThat(listener.state("a").service()).isEmpty();
    put("service.yaml", service("a", "10.96.0.1"));
    awaitClusterIp("a", "10.96.0.1");
    assertThat(listener.state("a").slices()).hasSize(1);
  }

  @Test
  void aBrokenFileIsReportedByNameAndLeavesTheOthersWorking() throws Exception {
    put("a.yaml", service("a", "10.96.0.1"));
    put("b.yaml", service("b", "10.96.0.2"));
    start();
    put("a.yaml", service("a", "10.96.0.1") + "---\nkind: [\n");
    awaitProblem("a.yaml, document 2: not valid YAML");
    assertThat(listener.problems()).singleElement().asString().contains("(line ");
    put("b.yaml", service("b", "10.96.0.22"));
    awaitClusterIp("b", "10.96.0.22");
    assertThat(clusterIp(listener.state("a"))).as("stays in force").hasValue("10.96.0.1");
    put("a.yaml", service("a", "10.96.0.11"));
    awaitClusterIp("a", "10.96.0.11");
    awaitNoProblem();
  }

  @Test
  void aFileThatIsBrokenFromTheStartDoesNotHoldBackTheOthers() throws Exception {
    put("a.yaml", "}");
    put("b.yaml", service("b", "10.96.0.2"));
    start();
    assertThat(clusterIp(listener.state("b"))).hasValue("10.96.0.2");
    awaitProblem("a.yaml, document 1");
    Files.delete(directory().resolve("a.yaml"));
    awaitNoProblem();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
      {apiVersion: v1, kind: Service, metadata: {}}                                        | Service without a name: metadata.name is missing
      {apiVersion: v1, kind: Service, metadata: {name: x}, spec: {ports: [{port: 70000}]}} | Service default/x: port 70000 is not in 1-65535
      {apiVersion: v1, kind: Service, metadata: {name: x}, spec: {ports: [{port: 0}]}}     | port 0 is not in 1-65535
      {apiVersion: v1, kind: Service, metadata: {name: x}, spec: {ports: [{name: a}]}}     | a port has no number
      {apiVersion: v1, kind: Service, metadata: {name: x}, spec: {ports: [{port: http}]}}  | Service default/x: Cannot deserialize
      {apiVersion: v1, kind: Service, metadata: {name: x}, spec: {ports: [{port: 1, nodePort: -1}]}}      | nodePort -1 is not in 0-65535
      {apiVersion: v1, kind: Service, metadata: {name: x}, spec: {ports: [{port: 1, protocol: ICMP}]}}    | protocol 'ICMP' is none of TCP, UDP, SCTP
      {apiVersion: v1, kind: Service, metadata: {name: x}, spec: {type: Cluster}}          | type 'Cluster' is none of
      {apiVersion: v1, kind: Service, metadata: {name: x}, spec: {externalTrafficPolicy: local}} | externalTrafficPolicy 'local' is neither Cluster nor Local
      {apiVersion: v1, kind: Service, metadata: {name: x}, spec: {sessionAffinity: Cookie}} | sessionAffinity 'Cookie'
      {apiVersion: v1, kind: Service, metadata: {name: x}, spec: {sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 0}}}} | timeoutSeconds 0 is not in 1-86400
      {apiVersion: v1, kind: Service, metadata: {name: x}, spec: {loadBalancerSourceRanges: [10.0.0.1]}}  | loadBalancerSourceRanges: '10.0.0.1' is not a CIDR
      {apiVersion: v1, kind: Service, metadata: {name: x, name: y}}                        | document 1: not valid YAML: Duplicate
      {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: x}}          | EndpointSlice default/x: addressType is missing
      {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: x}, addressType: IP} | addressType 'IP' is none of IPv4, IPv6, FQDN
      {kind: Service, metadata: {name: x}}                                                 | Service default/x: apiVersion or kind is missing
      just some words                                                                      | not a Kubernetes object
      """)
  void whatNoApiServerWouldLetInIsReported(String manifest, String reason) throws Exception {
    put("good.yaml", service("good", "10.96.0.1"));
    put("bad.yaml", manifest);
    start();
    assertThat(listener.problems())
        .singleElement()
        .asString()
        .contains("bad.yaml")
        .contains(reason);
    assertThat(listener.changedNames()).containsExactly("default/good");
  }

  @Test
  @ShowsRules(24)
  void aSliceWithoutItsLabelIsIgnoredWithAWarning() throws Exception {
    put(
        "a.yaml",
        service("a", "10.96.0.1")
            + """
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: lonely}
            addressType: IPv4
            """);
    start();
    assertThat(clusterIp(listener.state("a"))).hasValue("10.96.0.1");
    assertThat(listener.problems())
        .singleElement()
        .asString()
        .startsWith("a.yaml, document 2, EndpointSlice default/lonely: ignored")
        .contains("kubernetes.io/service-name");
  }

  @Test
  @ShowsRules(26)
  void aSlicePortWithoutANameIsLeftOutWithAWarning() throws Exception {
    put("a.yaml", slice("a-1", "a", "10.244.0.1").replace("name: \"\", ", ""));
    start();
    assertThat(listener.state("a").slices().getFirst().ports()).isEmpty();
    assertThat(listener.problems()).singleElement().asString().contains("write name: \"\"");
  }

  @Test
  @ShowsRules(23)
  void objectsOfOtherKindsAreIgnored() throws Exception {
    put(
        "mixed.yaml",
        service("a", "10.96.0.1")
            + """
            ---
            # Knative's Service is another kind of thing.
            apiVersion: serving.knative.dev/v1
            kind: Service
            metadata: {name: hello}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: by-name, labels: {kubernetes.io/service-name: a}}
            addressType: FQDN
            endpoints: [{addresses: [pod.example.org]}]
            ---
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: p}
            """);
    put("notes.txt", "not a manifest");
    put(".hidden.yaml", "}");
    start();
    assertThat(listener.problems()).isEmpty();
    assertThat(listener.changes()).singleElement().extracting(s -> s.slices().size()).isEqualTo(0);
    assertThat(source.ignoredObjects()).isEqualTo(2);
  }

  @Test
  void listsOfEveryKindAreReadInYamlAndJson() throws Exception {
    put(
        "list.json",
        """
        {"apiVersion": "v1", "kind": "List", "items": [
          {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"},
           "spec": {"clusterIP": "10.96.0.1", "ports": [{"port": 80}]}},
          {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}]}
        """);
    put(
        "typed.yml",
        """
        apiVersion: v1
        kind: ServiceList
        items:
          - metadata: {name: b}
            spec: {clusterIP: 10.96.0.2, ports: [{port: 80}]}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSliceList
        items:
          - metadata: {name: b-1, labels: {kubernetes.io/service-name: b}}
            addressType: IPv4
            endpoints: [{addresses: [10.244.0.1]}]
            ports: [{name: "", port: 8080}]
        """);
    start();
    assertThat(listener.problems()).isEmpty();
    assertThat(clusterIp(listener.state("a"))).hasValue("10.96.0.1");
    assertThat(clusterIp(listener.state("b"))).hasValue("10.96.0.2");
    assertThat(listener.state("b").slices()).hasSize(1);
  }

  @Test
  void anObjectDefinedTwiceIsReportedAndTheFirstFileWins() throws Exception {
    put("b.yaml", service("web", "10.96.0.2"));
    start();
    put("a.yaml", service("web", "10.96.0.1"));
    awaitClusterIp("web", "10.96.0.1");
    awaitProblem("b.yaml, document 1, Service default/web: defined before in a.yaml");
    Files.delete(directory().resolve("a.yaml"));
    awaitClusterIp("web", "10.96.0.2");
    awaitNoProblem();
    assertThat(listener.changes())
        .as("it was never gone in between")
        .allSatisfy(state -> assertThat(state.service()).isPresent());
  }

  @Test
  void anEmptiedFileKeepsItsObjectsUntilItIsWritten() throws Exception {
    put("a.yaml", service("a", "10.96.0.1"));
    start();
    listener.forgetChanges();
    Files.write(directory().resolve("a.yaml"), new byte[0]);
    awaitProblem("a.yaml: is empty");
    assertThat(listener.changes()).isEmpty();
    Files.writeString(directory().resolve("a.yaml"), service("a", "10.96.0.2"));
    awaitClusterIp("a", "10.96.0.2");
    awaitNoProblem();
  }

  @Test
  void aConfigMapVolumesSwapOfLinksIsSeen() throws Exception {
    Path volume = Files.createDirectories(directory());
    Path first = Files.createDirectory(volume.resolve("..2026_01_01"));
    Files.writeString(first.resolve("a.yaml"), service("a", "10.96.0.1"));
    Files.writeString(first.resolve("b.yaml"), service("b", "10.96.0.9"));
    Files.createSymbolicLink(volume.resolve("..data"), first.getFileName());
    Files.createSymbolicLink(volume.resolve("a.yaml"), Path.of("..data/a.yaml"));
    Files.createSymbolicLink(volume.resolve("b.yaml"), Path.of("..data/b.yaml"));
    start();
    assertThat(clusterIp(listener.state("a"))).hasValue("10.96.0.1");
    listener.forgetChanges();

    Path second = Files.createDirectory(volume.resolve("..2026_01_02"));
    Files.writeString(second.resolve("a.yaml"), service("a", "10.96.0.2"));
    Files.writeString(second.resolve("b.yaml"), service("b", "10.96.0.9"));
    Files.createSymbolicLink(volume.resolve("..data_tmp"), second.getFileName());
    Files.move(volume.resolve("..data_tmp"), volume.resolve("..data"), ATOMIC_MOVE);
    awaitClusterIp("a", "10.96.0.2");
    assertThat(listener.changedNames()).containsExactly("default/a");
  }

  @Test
  void objectsStayInForceWhileTheDirectoryIsGoneAndAreReadAgainWhenItIsBack() throws Exception {
    put("a.yaml", service("a", "10.96.0.1"));
    put("b.yaml", service("b", "10.96.0.2"));
    start();
    listener.forgetChanges();
    Path away = temporary.resolve("away");
    Files.move(directory(), away, ATOMIC_MOVE);
    awaitProblem("the directory is gone");
    assertThat(listener.changes()).isEmpty();

    put("a.yaml", service("a", "10.96.0.11"));
    awaitClusterIp("a", "10.96.0.11");
    awaitGone("b");
    awaitNoProblem();
    put("a.yaml", service("a", "10.96.0.12"));
    awaitClusterIp("a", "10.96.0.12");
  }

  @Test
  void aDirectoryDeletedAndMadeAnewIsWatchedAgain() throws Exception {
    put("a.yaml", service("a", "10.96.0.1"));
    start();
    Files.delete(directory().resolve("a.yaml"));
    Files.delete(directory());
    awaitProblem("the directory is gone");
    put("a.yaml", service("a", "10.96.0.2"));
    awaitClusterIp("a", "10.96.0.2");
    put("a.yaml", service("a", "10.96.0.3"));
    awaitClusterIp("a", "10.96.0.3");
    awaitNoProblem();
  }

  @Test
  void aListenerThatFailsIsToldAgain() throws Exception {
    put("a.yaml", service("a", "10.96.0.1"));
    start();
    listener.fail(true);
    long before = listener.lastChangeNanos();
    put("a.yaml", service("a", "10.96.0.2"));
    while (listener.lastChangeNanos() == before) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    listener.fail(false);
    put("b.yaml", service("b", "10.96.0.9"));
    awaitClusterIp("a", "10.96.0.2");
    awaitClusterIp("b", "10.96.0.9");
  }

  /**
   * More events than a watch key holds, so that some are lost and all files are looked at again.
   */
  @Test
  void aStormOfFilesIsReadToTheLast() throws Exception {
    start();
    int count = 1500;
    for (int i = 0; i < count; i++) {
      Files.writeString(
          directory().resolve("s" + i + ".yaml"),
          service("s" + i, "10.97." + i / 250 + "." + i % 250));
    }
    for (int i = 0; i < count; i++) {
      awaitClusterIp("s" + i, "10.97." + i / 250 + "." + i % 250);
    }
    awaitNoProblem();
    try (Stream<Path> files = Files.list(directory())) {
      files.toList().forEach(ManifestDirectoryTest::delete);
    }
    for (int i = 0; i < count; i++) {
      awaitGone("s" + i);
    }
  }

  private static void delete(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void nothingIsToldAfterClose() throws Exception {
    put("a.yaml", service("a", "10.96.0.1"));
    start();
    source.close();
    listener.forgetChanges();
    put("a.yaml", service("a", "10.96.0.2"));
    TimeUnit.MILLISECONDS.sleep(50);
    assertThat(listener.changes()).isEmpty();
    source.close();
  }

  @Test
  void aSourceCanBeStartedOnlyOnce() throws Exception {
    start();
    assertThatThrownBy(() -> source.start(listener)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aProblemReadsAsOneLine() {
    assertThat(new SourceProblem("a.yaml", 2, "Service default/x", "no good"))
        .hasToString("a.yaml, document 2, Service default/x: no good");
    assertThat(new SourceProblem("a.yaml", 0, "", "cannot be read"))
        .hasToString("a.yaml: cannot be read");
  }

  private static final String KUBECTL_OUTPUT =
      """
      apiVersion: v1
      items:
      - apiVersion: v1
        kind: Service
        metadata:
          annotations:
            kubectl.kubernetes.io/last-applied-configuration: |
              {"apiVersion":"v1","kind":"Service"}
            sluice.dev/algorithm: maglev
          creationTimestamp: "2026-05-02T08:09:10Z"
          finalizers:
          - service.kubernetes.io/load-balancer-cleanup
          labels:
            app: web
          managedFields:
          - apiVersion: v1
            fieldsType: FieldsV1
            fieldsV1:
              f:spec:
                f:ports:
                  .: {}
                  k:{"port":80,"protocol":"TCP"}: {}
            manager: kubectl
            operation: Update
            time: "2026-05-02T08:09:10Z"
          name: web
          namespace: shop
          resourceVersion: "4711"
          uid: 0a0e6c26-3f0c-4d9b-9a43-1f2f3c1f6f11
        spec:
          allocateLoadBalancerNodePorts: true
          clusterIP: 10.96.12.34
          clusterIPs:
          - 10.96.12.34
          externalIPs:
          - 203.0.113.7
          externalTrafficPolicy: Local
          healthCheckNodePort: 31234
          internalTrafficPolicy: Cluster
          ipFamilies:
          - IPv4
          ipFamilyPolicy: SingleStack
          loadBalancerSourceRanges:
          - 203.0.113.0/24
          ports:
          - appProtocol: http
            name: http
            nodePort: 30080
            port: 80
            protocol: TCP
            targetPort: web
          - name: dns
            nodePort: 30053
            port: 53
            protocol: UDP
            targetPort: 5353
          selector:
            app: web
          sessionAffinity: ClientIP
          sessionAffinityConfig:
            clientIP:
              timeoutSeconds: 3600
          trafficDistribution: PreferSameZone
          type: LoadBalancer
        status:
          conditions:
          - lastTransitionTime: "2026-05-02T08:09:10Z"
            message: ""
            reason: Ready
            status: "True"
            type: LoadBalancerPortsError
          loadBalancer:
            ingress:
            - ip: 198.51.100.4
              ipMode: VIP
              ports:
              - port: 80
                protocol: TCP
            - hostname: lb.example.org
      - addressType: IPv4
        apiVersion: discovery.k8s.io/v1
        endpoints:
        - addresses:
          - 10.244.1.5
          conditions:
            ready: true
            serving: true
            terminating: false
          hints:
            forNodes:
            - name: node-a
            forZones:
            - name: zone-a
          nodeName: node-a
          targetRef:
            kind: Pod
            name: web-7d5b
            namespace: shop
            uid: 0a0e6c26-3f0c-4d9b-9a43-1f2f3c1f6f12
          zone: zone-a
        - addresses:
          - 10.244.2.6
          conditions:
            ready: false
            serving: true
            terminating: true
          nodeName: node-b
        kind: EndpointSlice
        metadata:
          annotations:
            endpoints.kubernetes.io/last-change-trigger-time: "2026-05-02T08:09:11Z"
          creationTimestamp: "2026-05-02T08:09:10Z"
          generateName: web-
          generation: 3
          labels:
            endpointslice.kubernetes.io/managed-by: endpointslice-controller.k8s.io
            kubernetes.io/service-name: web
          name: web-x7k2p
          namespace: shop
          ownerReferences:
          - apiVersion: v1
            blockOwnerDeletion: true
            controller: true
            kind: Service
            name: web
            uid: 0a0e6c26-3f0c-4d9b-9a43-1f2f3c1f6f11
        ports:
        - name: http
          port: 8080
          protocol: TCP
        - appProtocol: dns
          name: dns
          port: 5353
          protocol: UDP
      - apiVersion: v1
        data:
          key: value
        kind: ConfigMap
        metadata:
          name: other
          namespace: shop
      kind: List
      metadata:
        resourceVersion: ""
      """;
}
