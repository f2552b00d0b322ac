// SPDX-License-Identifier: Apache-2.0
package dev.sluice.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Capabilities;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The ways to install, against each other and against what the agent uses. */
class DeploymentTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What the Prometheus operator defines. */
  private static final String CUSTOM = "ServiceMonitor";

  private record Installation(String name, List<ObjectNode> objects) {
    <T> T only(String kind, Class<T> type) {
      List<ObjectNode> found =
          objects.stream().filter(object -> object.get("kind").asText().equals(kind)).toList();
      assertThat(found).as("%s of %s", kind, name).hasSize(1);
      return Serialization.unmarshal(found.getFirst().toString(), type);
    }

    DaemonSet daemonSet() {
      return only("DaemonSet", DaemonSet.class);
    }

    PodSpec pod() {
      return daemonSet().getSpec().getTemplate().getSpec();
    }

    Container agent() {
      return pod().getContainers().getFirst();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Installation> installations() {
    return Stream.concat(
        Stream.of("base", "hardened", "monitoring")
            .map(name -> new Installation("kustomize/" + name, Overlay.named(name))),
        Stream.of(
            chart("defaults", ""),
            chart("hardened", "privileged: false"),
            chart("monitoring", "monitoring: {serviceMonitor: true, dashboard: true}"),
            chart(
                "everything set",
                """
                imagePullSecrets: [{name: registry}]
                extraArgs: [--xdp=off]
                podAnnotations: {example.org/a: b}
                image: {repository: registry.example.org/sluice, tag: "1"}
                sluiceConfiguration: {apiServer: ["https://10.0.0.1:6443"]}
                """)));
  }

  private static Installation chart(String name, String values) {
    return new Installation(
        "helm/" + name, new Chart(Overlay.deploy().resolve("helm/sluice"), values).objects());
  }

  @ParameterizedTest
  @MethodSource("installations")
  void everyFieldIsOneThatKubernetesKnows(Installation installation) {
    for (ObjectNode object : installation.objects()) {
      if (!object.get("kind").asText().equals(CUSTOM)) {
        KubernetesResource typed =
            Serialization.unmarshal(object.toString(), KubernetesResource.class);
        assertThat(unknownFields(typed)).as(Overlay.identity(object)).isEmpty();
      }
    }
  }

  /** fabric8 keeps what it does not know in a map of its own, at every level. */
  private static Set<String> unknownFields(Object value) {
    return switch (value) {
      case Iterable<?> list ->
          StreamSupport.stream(list.spliterator(), false)
              .flatMap(element -> unknownFields(element).stream())
              .collect(Collectors.toSet());
      case KubernetesResource resource ->
          Stream.of(resource.getClass().getDeclaredMethods())
              .filter(method -> method.getName().startsWith("get"))
              .filter(method -> method.getParameterCount() == 0)
              .flatMap(getter -> unknownFields(resource, getter).stream())
              .collect(Collectors.toSet());
      case null, default -> Set.of();
    };
  }

  private static Set<String> unknownFields(KubernetesResource resource, Method getter) {
    try {
      Object member = getter.invoke(resource);
      if (getter.getName().equals("getAdditionalProperties")) {
        return ((Map<?, ?>) member)
            .keySet().stream().map(String::valueOf).collect(Collectors.toSet());
      }
      return unknownFields(member);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  @ParameterizedTest
  @MethodSource("installations")
  void probesAskThePortOfHealthChecks(Installation installation) {
    Container agent = installation.agent();
    Map<String, Integer> ports =
        agent.getPorts().stream()
            .collect(Collectors.toMap(port -> port.getName(), port -> port.getContainerPort()));
    assertThat(ports).isEqualTo(Map.of("healthz", 10256, "metrics", 10249));
    Function<Probe, String> question =
        probe -> ports.get(probe.getHttpGet().getPort().getStrVal()) + probe.getHttpGet().getPath();
    assertThat(question.apply(agent.getLivenessProbe())).isEqualTo("10256/livez");
    assertThat(question.apply(agent.getStartupProbe())).isEqualTo("10256/livez");
    assertThat(question.apply(agent.getReadinessProbe())).isEqualTo("10256/healthz");
  }

  @ParameterizedTest
  @MethodSource("installations")
  void thePodIsPartOfItsNode(Installation installation) {
    PodSpec pod = installation.pod();
    assertThat(pod.getHostNetwork()).isTrue();
    assertThat(pod.getHostPID()).isTrue();
    assertThat(pod.getPriorityClassName()).isEqualTo("system-node-critical");
    assertThat(pod.getTolerations())
        .singleElement()
        .satisfies(
            toleration -> {
              assertThat(toleration.getOperator()).isEqualTo("Exists");
              assertThat(toleration.getKey()).isNull();
            });
    assertThat(
            installation
                .daemonSet()
                .getSpec()
                .getUpdateStrategy()
                .getRollingUpdate()
                .getMaxUnavailable()
                .getIntVal())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("installations")
  void whatTheAgentWritesIsMounted(Installation installation) {
    PodSpec pod = installation.pod();
    Set<String> volumes =
        pod.getVolumes().stream().map(Volume::getName).collect(Collectors.toSet());
    for (Container container : allContainers(pod)) {
      assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
      assertThat(volumes)
          .containsAll(container.getVolumeMounts().stream().map(VolumeMount::getName).toList());
      // The defaults of --pin-dir and --run-dir, and the file of --config.
      assertThat(container.getVolumeMounts().stream().map(VolumeMount::getMountPath))
          .contains("/sys/fs/bpf", "/run/sluice", "/etc/sluice");
    }
    assertThat(propagation(installation.agent())).isEqualTo("HostToContainer");
    assertThat(propagation(pod.getInitContainers().getFirst())).isEqualTo("Bidirectional");
    assertThat(hostPath(pod, "bpffs")).isEqualTo("/sys/fs/bpf");
    assertThat(hostPath(pod, "run")).isEqualTo("/run/sluice");
    assertThat(hostPath(pod, "cgroup")).isEqualTo("/sys/fs/cgroup");
  }

  private static List<Container> allContainers(PodSpec pod) {
    return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream()).toList();
  }

  private static String propagation(Container container) {
    return container.getVolumeMounts().stream()
        .filter(mount -> mount.getName().equals("bpffs"))
        .map(VolumeMount::getMountPropagation)
        .findFirst()
        .orElseThrow();
  }

  private static String hostPath(PodSpec pod, String name) {
    return pod.getVolumes().stream()
        .filter(volume -> volume.getName().equals(name))
        .map(volume -> volume.getHostPath().getPath())
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("installations")
  void onlyTheHardenedOnesNameCapabilities(Installation installation) {
    boolean hardened = installation.name().endsWith("hardened");
    var context = installation.agent().getSecurityContext();
    assertThat(context.getPrivileged()).isEqualTo(!hardened);
    Capabilities capabilities = context.getCapabilities();
    if (hardened) {
      assertThat(capabilities.getDrop()).containsExactly("ALL");
      assertThat(capabilities.getAdd())
          .containsExactly(
              "BPF", "NET_ADMIN", "PERFMON", "SYS_ADMIN", "SYS_PTRACE", "SYS_RESOURCE");
    } else {
      assertThat(capabilities).isNull();
    }
    // Mounting for the node is for privileged containers.
    assertThat(installation.pod().getInitContainers().getFirst().getSecurityContext())
        .satisfies(init -> assertThat(init.getPrivileged()).isTrue());
  }

  @Test
  void theChartMakesWhatKustomizeMakes() {
    assertThat(chart("defaults", "").pod().getVolumes())
        .isEqualTo(new Installation("base", Overlay.named("base")).pod().getVolumes());
    for (String kind : List.of("ClusterRole", "ClusterRoleBinding", "ServiceAccount")) {
      assertThat(ofKind(chart("defaults", "").objects(), kind))
          .isEqualTo(ofKind(Overlay.named("base"), kind));
    }
    for (String kind : List.of("Service", CUSTOM)) {
      assertThat(ofKind(chart("m", "monitoring: {serviceMonitor: true}").objects(), kind))
          .isEqualTo(ofKind(Overlay.named("monitoring"), kind));
    }
    assertThat(Yaml.text(Overlay.deploy().resolve("helm/sluice/dashboards/sluice.json")))
        .isEqualTo(Yaml.text(Overlay.deploy().resolve("kustomize/monitoring/sluice.json")));
  }

  private static List<ObjectNode> ofKind(List<ObjectNode> objects, String kind) {
    List<ObjectNode> found =
        objects.stream().filter(object -> object.get("kind").asText().equals(kind)).toList();
    assertThat(found).as(kind).isNotEmpty();
    return found;
  }

  @Test
  void theChartsConfigurationIsThatOfKustomize() {
    ConfigMap map = chart("defaults", "").only("ConfigMap", ConfigMap.class);
    assertThat(Yaml.documents(map.getData().get("config.yaml")))
        .isEqualTo(
            Yaml.documents(Yaml.text(Overlay.deploy().resolve("kustomize/base/config.yaml"))));
  }

  /** It admits no others, so a value that it lacks could not be set. */
  @Test
  void theChartsSchemaHasEveryValue() throws IOException {
    Path chart = Overlay.deploy().resolve("helm/sluice");
    JsonNode schema = JSON.readTree(Yaml.text(chart.resolve("values.schema.json")));
    assertThat(missing(Yaml.documents(Yaml.text(chart.resolve("values.yaml"))).getFirst(), schema))
        .isEmpty();
  }

  private static Set<String> missing(JsonNode values, JsonNode schema) {
    Set<String> names = new TreeSet<>();
    values.fieldNames().forEachRemaining(names::add);
    Set<String> missing = new TreeSet<>(names);
    for (String name : names) {
      JsonNode property = schema.at("/properties/" + name);
      if (!property.isMissingNode()) {
        missing.remove(name);
        if (property.has("properties")) {
          missing.addAll(missing(values.get(name), property));
        }
      }
    }
    return missing;
  }

  @Test
  void theDashboardAsksForMetricsByTheirPrefixes() throws IOException {
    JsonNode dashboard =
        JSON.readTree(Yaml.text(Overlay.deploy().resolve("kustomize/monitoring/sluice.json")));
    List<String> questions = dashboard.findValuesAsText("expr");
    assertThat(questions).hasSizeGreaterThan(10);
    assertThat(questions)
        .allSatisfy(
            question ->
                assertThat(question)
                    .containsPattern("\\b(sluice|kubeproxy|process|jvm)_|\\bup\\b"));
  }

  /** With the real kustomize, where kubectl is at hand. */
  @Test
  void kustomizeResolvesEveryOverlay() throws IOException, InterruptedException {
    assumeTrue(
        new ProcessBuilder("sh", "-c", "command -v kubectl").start().waitFor() == 0,
        "kubectl is not installed");
    for (String name : List.of("base", "hardened", "monitoring")) {
      Process kubectl =
          new ProcessBuilder(
                  "kubectl", "kustomize", Overlay.deploy().resolve("kustomize/" + name).toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String text = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(kubectl.waitFor(30, TimeUnit.SECONDS)).isTrue();
      Installation real = new Installation(name, Yaml.documents(text));
      Installation ours = new Installation(name, Overlay.named(name));
      assertThat(real.agent().getArgs()).isEqualTo(ours.agent().getArgs());
      assertThat(real.agent().getSecurityContext()).isEqualTo(ours.agent().getSecurityContext());
      assertThat(real.agent().getVolumeMounts()).isEqualTo(ours.agent().getVolumeMounts());
      assertThat(real.agent().getImage()).isEqualTo("sluice:latest");
    }
  }
}
