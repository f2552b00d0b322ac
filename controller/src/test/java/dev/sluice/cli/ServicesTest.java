// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.LoadOptions;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.dataplane.MapSizes;
import dev.sluice.model.IpAddress;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.ServiceName;
import dev.sluice.model.ServiceState;
import dev.sluice.plan.Frontend;
import dev.sluice.plan.ServicePlan;
import dev.sluice.source.manifests.Manifests;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What the source tells, on its way into maps that have room for four frontends and three Service
 * ports.
 */
class ServicesTest {
  private static final LoadOptions LITTLE_ROOM =
      new LoadOptions(new MapSizes(4, 16, 16, 16, 16, 16), true, false, false, false);

  private final LoadedObjects objects = LoadedObjects.unpinned(LITTLE_ROOM);
  private final Dataplane dataplane = new Dataplane(objects);
  private final Services services =
      new Services(dataplane, node("198.51.100.11"), ProxyConfig.defaults());

  @AfterEach
  void unload() {
    objects.close();
  }

  private static NodeFacts node(String... addresses) {
    List<IpAddress> all = Stream.of(addresses).map(IpAddress::parse).toList();
    return NodeFacts.of("node-a", Set.copyOf(all), all, List.of(), Map.of());
  }

  private static List<ServiceState> service(String name, String spec) {
    String manifest =
        """
        apiVersion: v1
        kind: Service
        metadata: {name: %s}
        spec: %s
        """
            .formatted(name, spec);
    return Manifests.read(
        name + ".yaml",
        manifest.getBytes(UTF_8),
        problem -> {
          throw new AssertionError(problem);
        });
  }

  private static List<ServiceState> gone(String name) {
    return List.of(new ServiceState(new ServiceName("default", name), Optional.empty(), List.of()));
  }

  /** Address and port of every frontend that is installed. */
  private Set<String> frontends() {
    return services.plans().stream()
        .map(ServicePlan::ports)
        .flatMap(List::stream)
        .flatMap(port -> port.frontends().stream())
        .filter(frontend -> !frontend.flags().contains(Frontend.Flag.NODE_SOCKETS_ONLY))
        .map(frontend -> frontend.address().withPort(frontend.port()))
        .collect(Collectors.toSet());
  }

  @Test
  @ShowsRules(184)
  void nothingIsInstalledBeforeTheFirstFullList() {
    services.changed(service("a", "{clusterIP: 10.96.0.1, ports: [{port: 80}]}"));

    assertThat(dataplane.occupancy().frontends()).isZero();
    services.synced();
    assertThat(dataplane.occupancy().frontends()).isEqualTo(1);
    assertThat(frontends()).containsExactly("10.96.0.1:80");
  }

  @Test
  @ShowsRules(186)
  void whatCouldNotBeInstalledIsTriedAgain() {
    services.synced();
    services.changed(
        service(
            "a",
            "{clusterIP: 10.96.0.1, ports: [{port: 1, name: x}, {port: 2, name: y}, {port: 3}]}"));
    services.changed(service("b", "{clusterIP: 10.96.0.2, ports: [{port: 80}]}"));

    services.retry();
    assertThat(frontends()).doesNotContain("10.96.0.2:80");
    assertThat(services.problems()).singleElement().asString().contains("default/b", "--services");

    services.changed(gone("a"));
    services.retry();
    assertThat(frontends()).containsOnly("10.96.0.2:80");
    assertThat(services.problems()).isEmpty();
  }

  @Test
  @ShowsRules(78)
  void nodePortsAreServedOnAddressesThatTheNodeGets() {
    services.synced();
    services.changed(
        service(
            "a", "{type: NodePort, clusterIP: 10.96.0.1, ports: [{port: 80, nodePort: 30001}]}"));
    assertThat(frontends()).containsOnly("10.96.0.1:80", "198.51.100.11:30001");

    services.nodeChanged(node("198.51.100.12"));

    assertThat(frontends()).containsOnly("10.96.0.1:80", "198.51.100.12:30001");
    assertThat(services.problems()).isEmpty();
  }
}
