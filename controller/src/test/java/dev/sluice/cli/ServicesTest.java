// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import static dev.sluice.cli.RunOptionsTest.parse;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.LoadOptions;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.dataplane.MapSizes;
import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.RegisteredNode;
import dev.sluice.model.ServiceName;
import dev.sluice.model.ServiceState;
import dev.sluice.plan.Frontend;
import dev.sluice.plan.ServicePlan;
import dev.sluice.source.manifests.Manifests;
import java.util.ArrayList;
import java.util.EnumSet;
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
  private NodeFacts node = node("198.51.100.11");
  private final Services services =
      new Services(dataplane, registered -> node, ProxyConfig.defaults());

  @AfterEach
  void unload() {
    objects.close();
  }

  private static NodeFacts node(String... addresses) {
    List<IpAddress> all = Stream.of(addresses).map(IpAddress::parse).toList();
    return NodeFacts.of("node-a", Set.copyOf(all), all, List.of(), Map.of());
  }

  private static List<ServiceState> service(String name, String spec) {
    return read(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: %s}
        spec: %s
        """
            .formatted(name, spec));
  }

  private static List<ServiceState> read(String manifest) {
    return Manifests.read(
        "test.yaml",
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

  /** Remembers rounds. */
  private static final class Rounds implements SyncObserver {
    private final List<Round> all = new ArrayList<>();
    private final Set<IpFamily> queued = EnumSet.noneOf(IpFamily.class);

    @Override
    public void queued(Set<IpFamily> families) {
      queued.addAll(families);
    }

    @Override
    public void finished(Round round) {
      all.add(round);
    }
  }

  @Test
  @ShowsRules({208, 210})
  void aFamilyWaitsUntilAllOfItsServicesAreInstalled() {
    Rounds rounds = new Rounds();
    Services watched = new Services(dataplane, registered -> node, ProxyConfig.defaults(), rounds);
    watched.changed(service("a", "{clusterIP: 10.96.0.1, ports: [{port: 80}]}"));
    assertThat(rounds.queued).isEmpty();
    watched.synced();
    assertThat(rounds.all.getLast().full()).isTrue();
    assertThat(rounds.all.getLast().waiting()).isEmpty();

    watched.changed(
        service(
            "b",
            "{clusterIP: 'fd96::2', ports: [{port: 1, name: x}, {port: 2, name: y}, {port: 3}]}"));
    assertThat(rounds.queued).containsExactlyInAnyOrder(IpFamily.IPV4, IpFamily.IPV6);
    assertThat(rounds.all.getLast().families()).containsExactly(IpFamily.IPV6);
    assertThat(rounds.all.getLast().waiting()).containsExactly(IpFamily.IPV6);
    assertThat(rounds.all.getLast().full()).isFalse();
    watched.retry();
    assertThat(rounds.all.getLast().waiting()).containsExactly(IpFamily.IPV6);

    watched.changed(gone("a"));
    assertThat(rounds.all.getLast().families()).containsExactly(IpFamily.IPV4);
    watched.retry();
    assertThat(rounds.all.getLast().waiting()).isEmpty();
    int finished = rounds.all.size();
    watched.retry();
    assertThat(rounds.all).hasSize(finished);
  }

  @Test
  @ShowsRules(70)
  void theClustersServiceCidrsAreGuardedInNftablesModeAlone() {
    Services nftables =
        new Services(
            dataplane, registered -> node, parse("--proxy-mode", "nftables").proxyConfig());
    nftables.serviceCidrsChanged(Set.of(Cidr.parse("10.96.0.0/16")));
    assertThat(nftables.guardedNetworks()).containsExactly(Cidr.parse("10.96.0.0/16"));
    services.serviceCidrsChanged(Set.of(Cidr.parse("10.96.0.0/16")));
    assertThat(services.guardedNetworks()).isEmpty();
  }

  @Test
  @ShowsRules(63)
  void aNewZoneOfTheNodePlansEveryServiceAnew() {
    Services zoned =
        new Services(
            dataplane,
            registered ->
                new NodeFacts(
                    "node-a", Set.of(), List.of(), List.of(), registered.zone(), Map.of()),
            ProxyConfig.defaults());
    zoned.changed(hinted());
    zoned.synced();
    assertThat(backends(zoned)).containsExactlyInAnyOrder("10.1.0.1:80", "10.1.0.2:80");

    zoned.nodeChanged(new RegisteredNode(Optional.of("zone-2"), List.of(), List.of()));

    assertThat(backends(zoned)).containsExactly("10.1.0.2:80");
  }

  private static Set<String> backends(Services services) {
    return services.plans().stream()
        .flatMap(plan -> plan.ports().stream())
        .flatMap(port -> port.frontends().stream())
        .flatMap(frontend -> frontend.inside().backends().stream())
        .map(backend -> backend.identity().toString())
        .collect(Collectors.toSet());
  }

  /** A Service with an endpoint for each of two zones. */
  private static List<ServiceState> hinted() {
    return read(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {clusterIP: 10.96.0.1, ports: [{port: 80}]}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: web-1, labels: {kubernetes.io/service-name: web}}
        addressType: IPv4
        ports: [{name: "", port: 80}]
        endpoints:
          - {addresses: [10.1.0.1], hints: {forZones: [{name: zone-1}]}}
          - {addresses: [10.1.0.2], hints: {forZones: [{name: zone-2}]}}
        """);
  }

  @Test
  @ShowsRules(78)
  void nodePortsAreServedOnAddressesThatTheNodeGets() {
    services.synced();
    services.changed(
        service(
            "a", "{type: NodePort, clusterIP: 10.96.0.1, ports: [{port: 80, nodePort: 30001}]}"));
    assertThat(frontends()).containsOnly("10.96.0.1:80", "198.51.100.11:30001");

    node = node("198.51.100.12");
    services.nodeChanged();

    assertThat(frontends()).containsOnly("10.96.0.1:80", "198.51.100.12:30001");
    assertThat(services.problems()).isEmpty();
  }
}
