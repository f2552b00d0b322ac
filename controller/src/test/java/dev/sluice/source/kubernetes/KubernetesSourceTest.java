// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.kubernetes;

import static dev.sluice.source.kubernetes.ApiObjects.NAMESPACE;
import static dev.sluice.source.kubernetes.ApiObjects.node;
import static dev.sluice.source.kubernetes.ApiObjects.service;
import static dev.sluice.source.kubernetes.ApiObjects.serviceCidr;
import static dev.sluice.source.kubernetes.ApiObjects.slice;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.mockapi.MockApiServer;
import dev.sluice.mockapi.MockApiServer.Request;
import dev.sluice.model.Cidr;
import dev.sluice.model.Endpoint;
import dev.sluice.model.IpAddress;
import dev.sluice.model.RegisteredNode;
import dev.sluice.model.ServiceState;
import dev.sluice.source.RecordingListener;
import dev.sluice.source.SourceProblem;
import io.fabric8.kubernetes.client.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The source against fabric8's mock API server in CRUD mode. */
class KubernetesSourceTest {
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int WATCHES = 4;

  private final MockApiServer api = new MockApiServer();
  private final RecordingListener listener = new RecordingListener();
  private final List<KubernetesSource> sources = new ArrayList<>();

  @AfterEach
  void stop() {
    sources.forEach(KubernetesSource::close);
    api.close();
  }

  private KubernetesSource start(String... servers) {
    KubernetesSource source =
        new KubernetesSource(
            new ApiAccess(
                servers.length == 0 ? List.of(api.url()) : List.of(servers), Config.empty()),
            "node-a");
    sources.add(source);
    source.start(listener);
    return source;
  }

  private KubernetesSource startSynced() throws InterruptedException {
    KubernetesSource source = start();
    listener.awaitSynced();
    return source;
  }

  private void awaitBackends(String service, String... addresses) throws InterruptedException {
    listener.await(
        service + " with " + List.of(addresses),
        heard -> backends(heard.state(service)).equals(Set.of(addresses)));
  }

  private static Set<String> backends(ServiceState state) {
    if (state == null || state.service().isEmpty()) {
      return Set.of("no such Service");
    }
    return state.slices().stream()
        .flatMap(slice -> slice.endpoints().stream())
        .map(Endpoint::address)
        .collect(Collectors.toSet());
  }

  private void awaitGone(String service) throws InterruptedException {
    listener.await(
        service + " gone",
        heard -> heard.state(service) != null && heard.state(service).service().isEmpty());
  }

  private long lists() {
    return api.requests().stream().filter(request -> !request.isWatch()).count();
  }

  @Test
  void aServiceAndItsSlicesAreFollowedThroughTheirLives() throws InterruptedException {
    api.client().resource(service("web", "10.96.0.1")).create();
    api.client().resource(slice("web-1", "web", "10.1.0.1")).create();
    startSynced();
    awaitBackends("web", "10.1.0.1");

    api.client().resource(slice("web-2", "web", "10.1.0.2")).create();
    awaitBackends("web", "10.1.0.1", "10.1.0.2");

    api.client().resource(slice("web-1", "web", "10.1.0.3")).update();
    awaitBackends("web", "10.1.0.3", "10.1.0.2");

    api.client().resource(slice("web-2", "web")).delete();
    awaitBackends("web", "10.1.0.3");

    api.client().resource(service("web", "10.96.0.2")).update();
    listener.await(
        "the new address",
        heard ->
            heard
                .state("web")
                .service()
                .map(service -> service.clusterIp().equals("10.96.0.2"))
                .orElse(false));

    api.client().resource(service("web", "10.96.0.2")).delete();
    awaitGone("web");
  }

  @Test
  @ShowsRules(12)
  void slicesMayComeBeforeTheirServiceAndOutliveIt() throws InterruptedException {
    startSynced();
    api.client().resource(slice("web-1", "web", "10.1.0.1")).create();
    api.client().resource(service("other", "10.96.0.9")).create();
    awaitBackends("other");
    assertThat(listener.changedNames()).containsOnly("default/other");

    api.client().resource(service("web", "10.96.0.1")).create();
    awaitBackends("web", "10.1.0.1");
    api.client().resource(service("web", "10.96.0.1")).delete();
    awaitGone("web");
    api.client().resource(service("web", "10.96.0.1")).create();

    awaitBackends("web", "10.1.0.1");
  }

  @Test
  void aSliceThatIsGivenToAnotherServiceLeavesTheFirst() throws InterruptedException {
    api.client().resource(service("a", "10.96.0.1")).create();
    api.client().resource(service("b", "10.96.0.2")).create();
    api.client().resource(slice("x", "a", "10.1.0.1")).create();
    startSynced();
    awaitBackends("a", "10.1.0.1");

    api.client().resource(slice("x", "b", "10.1.0.1")).update();

    awaitBackends("a");
    awaitBackends("b", "10.1.0.1");
  }

  @Test
  @ShowsRules({3, 4, 5, 6, 7})
  void theServerIsAskedForWhatAProxyNeedsAndNoMore() throws InterruptedException {
    startSynced();
    api.awaitWatches(WATCHES);

    Map<String, Set<String>> selectors =
        api.requests().stream()
            .collect(
                Collectors.groupingBy(
                    Request::path,
                    Collectors.mapping(
                        request ->
                            request.query().getOrDefault("labelSelector", "")
                                + " "
                                + request.query().getOrDefault("fieldSelector", ""),
                        Collectors.toSet())));
    assertThat(selectors)
        .isEqualTo(
            Map.of(
                "/api/v1/services",
                Set.of("!service.kubernetes.io/service-proxy-name spec.clusterIP!=None"),
                "/apis/discovery.k8s.io/v1/endpointslices",
                Set.of("!service.kubernetes.io/headless "),
                "/api/v1/nodes",
                Set.of(" metadata.name=node-a"),
                "/apis/networking.k8s.io/v1/servicecidrs",
                Set.of(" ")));
  }

  @Test
  @ShowsRules({3, 4})
  void labelsThatTakeObjectsOutOfViewDoSoLive() throws InterruptedException {
    api.client().resource(service("web", "10.96.0.1")).create();
    api.client().resource(slice("web-1", "web", "10.1.0.1")).create();
    startSynced();
    awaitBackends("web", "10.1.0.1");

    var headless = slice("web-1", "web", "10.1.0.1");
    headless
        .getMetadata()
        .setLabels(
            Map.of("kubernetes.io/service-name", "web", "service.kubernetes.io/headless", ""));
    api.client().resource(headless).update();
    awaitBackends("web");
    api.client().resource(slice("web-1", "web", "10.1.0.1")).update();
    awaitBackends("web", "10.1.0.1");

    var others = service("web", "10.96.0.1");
    others.getMetadata().setLabels(Map.of("service.kubernetes.io/service-proxy-name", ""));
    api.client().resource(others).update();
    awaitGone("web");
    api.client().resource(service("web", "10.96.0.1")).update();
    awaitBackends("web", "10.1.0.1");
  }

  @Test
  @ShowsRules(11)
  void anUpdateThatChangesNothingOfUseIsNotTold() throws InterruptedException {
    api.client().resource(service("web", "10.96.0.1")).create();
    startSynced();
    awaitBackends("web");
    listener.forgetChanges();

    var annotated = service("web", "10.96.0.1");
    annotated.getMetadata().setAnnotations(Map.of("somebody/else", "x"));
    api.client().resource(annotated).update();
    api.client().resource(service("other", "10.96.0.9")).create();

    awaitBackends("other");
    assertThat(listener.changedNames()).containsExactly("default/other");
  }

  @Test
  @ShowsRules({6, 142, 196, 197})
  void theOwnNodeAndTheServiceCidrsAreFollowed() throws InterruptedException {
    api.client().resource(node("node-a", "zone-1", "10.1.0.0/24", "192.0.2.1")).create();
    api.client().resource(node("node-b", "zone-2", "10.1.1.0/24", "192.0.2.2")).create();
    api.client().resource(serviceCidr("kubernetes", "10.96.0.0/16", "fd00:96::/112")).create();
    startSynced();

    assertThat(listener.node())
        .isEqualTo(
            new RegisteredNode(
                Optional.of("zone-1"),
                List.of(Cidr.parse("10.1.0.0/24")),
                List.of(IpAddress.parse("192.0.2.1"), IpAddress.parse("203.0.113.9"))));
    assertThat(listener.serviceCidrs())
        .containsExactlyInAnyOrder(Cidr.parse("10.96.0.0/16"), Cidr.parse("fd00:96::/112"));

    api.client().resource(node("node-a", "zone-3", "10.1.0.0/24", "192.0.2.1")).update();
    listener.await("zone-3", heard -> heard.node().zone().equals(Optional.of("zone-3")));
    api.client().resource(node("node-a", "zone-3", "10.1.0.0/24", "192.0.2.1")).delete();
    listener.await("no node", heard -> heard.node().equals(RegisteredNode.UNKNOWN));
    api.client().resource(serviceCidr("more", "10.97.0.0/16")).create();
    listener.await("one more", heard -> heard.serviceCidrs().size() == 3);
    api.client().resource(serviceCidr("kubernetes")).delete();
    listener.await(
        "one alone", heard -> heard.serviceCidrs().equals(Set.of(Cidr.parse("10.97.0.0/16"))));
  }

  @Test
  void afterAWatchEndsItGoesOnWithoutAList() throws InterruptedException {
    api.client().resource(service("web", "10.96.0.1")).create();
    startSynced();
    awaitBackends("web");
    api.awaitWatches(WATCHES);
    long lists = lists();
    // A watch that ended at once, with nothing said, would be taken for an expired one.
    api.client().resource(service("first", "10.96.0.7")).create();
    awaitBackends("first");
    api.client().resource(slice("s", "first", "10.1.0.7")).create();
    awaitBackends("first", "10.1.0.7");
    api.client().resource(node("node-a", "zone-1", "10.1.0.0/24", "192.0.2.1")).create();
    api.client().resource(serviceCidr("kubernetes", "10.96.0.0/16")).create();
    listener.await("the node", heard -> !heard.node().equals(RegisteredNode.UNKNOWN));
    listener.await("the network", heard -> !heard.serviceCidrs().isEmpty());

    api.closeWatches();
    api.client().resource(service("web", "10.96.0.1")).delete();
    api.client().resource(service("next", "10.96.0.2")).create();

    awaitGone("web");
    awaitBackends("next");
    api.awaitWatches(WATCHES);
    assertThat(lists()).isEqualTo(lists);
  }

  @Test
  void whatTheServerHasForgottenIsListedAgain() throws InterruptedException {
    api.client().resource(service("stays", "10.96.0.1")).create();
    api.client().resource(service("goes", "10.96.0.2")).create();
    startSynced();
    awaitBackends("goes");
    api.awaitWatches(WATCHES);
    long lists = lists();
    listener.forgetChanges();

    api.client().resource(service("goes", "10.96.0.2")).delete();
    api.client().resource(service("comes", "10.96.0.3")).create();
    api.compact();

    awaitGone("goes");
    awaitBackends("comes");
    api.awaitWatches(WATCHES);
    assertThat(lists()).isEqualTo(lists + WATCHES);
    assertThat(listener.changedNames()).doesNotContain("default/stays");
  }

  @Test
  @ShowsRules({184, 195})
  void whileTheServerIsAwayAllStaysAsItWas() throws InterruptedException {
    api.client().resource(service("web", "10.96.0.1")).create();
    KubernetesSource source = startSynced();
    awaitBackends("web");
    api.awaitWatches(WATCHES);
    assertThat(source.status().state()).startsWith("connected to " + api.url() + " since ");
    listener.forgetChanges();

    api.stop();
    listener.await("a problem", heard -> !heard.problems().isEmpty());
    assertThat(listener.problems())
        .singleElement()
        .extracting(SourceProblem::toString)
        .asString()
        .contains(api.url(), "unreachable since", "stays in force");
    assertThat(source.status().state()).startsWith("unreachable since ");
    assertThat(listener.changes()).isEmpty();

    api.start();
    api.client().resource(service("next", "10.96.0.2")).create();
    awaitBackends("next");
    listener.await("no problem", heard -> heard.problems().isEmpty());
    assertThat(listener.changedNames()).containsOnly("default/next");
  }

  @Test
  @ShowsRules(184)
  void nothingIsToldBeforeEverythingIsListed() throws InterruptedException {
    api.client().resource(service("web", "10.96.0.1")).create();
    api.refuse("/endpointslices", FORBIDDEN);
    KubernetesSource source = start();

    listener.await("a problem", heard -> !heard.problems().isEmpty());
    assertThat(listener.problems())
        .singleElement()
        .extracting(SourceProblem::reason)
        .asString()
        .contains("403", "may not list endpointslices.discovery.k8s.io", "system:node-proxier");
    assertThat(source.status().state()).contains("waiting for the first list of");
    assertThat(listener.timesSynced()).isZero();
    assertThat(listener.changes()).isEmpty();

    api.refuse("/endpointslices", 0);
    listener.awaitSynced();
    awaitBackends("web");
    assertThat(listener.problems()).isEmpty();
  }

  @Test
  void aServerThatKnowsNoServiceCidrsHasNone() throws InterruptedException {
    api.refuse("/servicecidrs", NOT_FOUND);

    startSynced();

    assertThat(listener.serviceCidrs()).isEmpty();
    assertThat(listener.problems()).isEmpty();
  }

  @Test
  void theNextServerIsAskedWhenOneIsAway() throws InterruptedException {
    api.client().resource(service("web", "10.96.0.1")).create();
    MockApiServer gone = new MockApiServer();
    gone.close();

    KubernetesSource source = start(gone.url(), api.url());

    listener.awaitSynced();
    awaitBackends("web");
    api.awaitWatches(WATCHES);
    assertThat(source.status().state()).startsWith("connected to " + api.url());
    assertThat(listener.problems()).isEmpty();
  }

  @Test
  void anObjectThatIsNotValidIsNamedAndKeepsWhatItSaid() throws InterruptedException {
    api.client().resource(service("web", "10.96.0.1")).create();
    startSynced();
    awaitBackends("web");

    var wrong = service("web", "10.96.0.2");
    wrong.getSpec().setInternalTrafficPolicy("Everywhere");
    api.client().resource(wrong).update();
    listener.await("a problem", heard -> !heard.problems().isEmpty());
    assertThat(listener.problems())
        .singleElement()
        .extracting(SourceProblem::toString)
        .asString()
        .contains("Service default/web", "Everywhere", "stays in force");
    assertThat(listener.state("web").service().orElseThrow().clusterIp()).isEqualTo("10.96.0.1");

    api.client().resource(service("web", "10.96.0.3")).update();
    listener.await("no problem", heard -> heard.problems().isEmpty());
  }

  @Test
  void aChangeThatCouldNotBeAppliedIsToldAgain() throws InterruptedException {
    startSynced();
    listener.fail(true);
    api.client().resource(service("web", "10.96.0.1")).create();
    listener.await("the attempt", heard -> heard.failures() > 0);
    listener.fail(false);

    api.client().resource(service("other", "10.96.0.9")).create();

    awaitBackends("web");
    awaitBackends("other");
  }

  @Test
  void onceClosedItIsSilent() throws InterruptedException {
    KubernetesSource source = startSynced();
    source.close();
    listener.forgetChanges();
    int requests = api.requests().size();

    api.client().services().inNamespace(NAMESPACE).resource(service("web", "10.96.0.1")).create();

    assertThat(listener.changes()).isEmpty();
    assertThat(api.watches()).isZero();
    assertThat(api.requests()).hasSize(requests);
  }
}
