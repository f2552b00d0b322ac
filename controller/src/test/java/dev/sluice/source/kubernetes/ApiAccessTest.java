// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.mockapi.MockApiServer;
import dev.sluice.mockapi.MockApiServer.Request;
import dev.sluice.source.RecordingListener;
import dev.sluice.source.SourceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the API servers are, and what is shown to them. */
class ApiAccessTest {
  private static final Map<String, String> IN_CLUSTER =
      Map.of("KUBERNETES_SERVICE_HOST", "10.96.0.1", "KUBERNETES_SERVICE_PORT", "443");

  @TempDir Path directory;

  private ApiAccess inPod(List<String> servers, Map<String, String> environment) {
    return ApiAccess.find(Optional.empty(), servers, environment, directory);
  }

  private Path kubeconfig(String server) throws IOException {
    return Files.writeString(
        directory.resolve("kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        current-context: here
        contexts: [{name: here, context: {cluster: c, user: u}}]
        clusters: [{name: c, cluster: {server: "%s"}}]
        users: [{name: u, user: {token: from-kubeconfig}}]
        """
            .formatted(server));
  }

  @Test
  void aPodsVariablesNameTheServer() {
    assertThat(inPod(List.of(), IN_CLUSTER).servers()).containsExactly("https://10.96.0.1:443");
    assertThat(inPod(List.of(), Map.of("KUBERNETES_SERVICE_HOST", "fd00::1")).servers())
        .containsExactly("https://[fd00::1]:443");
  }

  @Test
  void serversThatAreNamedAreAskedInPlaceOfTheVariablesAndTheKubeconfig() throws IOException {
    List<String> servers = List.of("https://10.0.0.1:6443", "https://10.0.0.2:6443");

    assertThat(inPod(servers, IN_CLUSTER).servers()).isEqualTo(servers);
    assertThat(
            ApiAccess.find(
                    Optional.of(kubeconfig("https://10.0.0.9:6443")), servers, Map.of(), directory)
                .servers())
        .isEqualTo(servers);
  }

  @Test
  void withoutServersTheKubeconfigsIsAsked() throws IOException {
    ApiAccess access =
        ApiAccess.find(
            Optional.of(kubeconfig("https://10.0.0.9:6443")), List.of(), IN_CLUSTER, directory);

    assertThat(access.servers()).containsExactly("https://10.0.0.9:6443/");
  }

  @Test
  void whatCannotBeMeantIsNamed() throws IOException {
    Path broken = Files.writeString(directory.resolve("broken"), "{");

    assertThatThrownBy(
            () -> ApiAccess.find(Optional.of(Path.of("/none")), List.of(), Map.of(), directory))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("/none");
    assertThatThrownBy(() -> ApiAccess.find(Optional.of(broken), List.of(), Map.of(), directory))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining(broken.toString());
    assertThatThrownBy(() -> inPod(List.of("10.0.0.1:6443"), IN_CLUSTER))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'10.0.0.1:6443' is not a URL");
  }

  @Test
  void aTokenThatIsReplacedIsReadAgain() throws IOException, InterruptedException {
    Path token = Files.writeString(directory.resolve("token"), "first\n");
    try (MockApiServer api = new MockApiServer();
        KubernetesSource source =
            new KubernetesSource(inPod(List.of(api.url()), Map.of()), "node-a")) {
      RecordingListener listener = new RecordingListener();
      source.start(listener);
      listener.awaitSynced();
      api.awaitWatches(4);
      assertThat(authorizations(api.requests())).isEqualTo("Bearer first");
      int before = api.requests().size();

      Files.writeString(token, "second\n");
      api.compact();
      api.client().resource(ApiObjects.service("web", "10.96.0.1")).create();
      listener.await("web", heard -> heard.state("web") != null);
      api.awaitWatches(4);

      assertThat(authorizations(api.requests().subList(before, api.requests().size())))
          .isEqualTo("Bearer second");
    }
  }

  @Test
  void theTokenOfAKubeconfigIsShown() throws IOException, InterruptedException {
    try (MockApiServer api = new MockApiServer()) {
      ApiAccess access =
          ApiAccess.find(Optional.of(kubeconfig(api.url())), List.of(), Map.of(), directory);
      try (KubernetesSource source = new KubernetesSource(access, "node-a")) {
        RecordingListener listener = new RecordingListener();
        source.start(listener);
        listener.awaitSynced();
      }
      assertThat(authorizations(api.requests())).isEqualTo("Bearer from-kubeconfig");
    }
  }

  /** The one that all of the requests bore. */
  private static String authorizations(List<Request> requests) {
    return requests.stream()
        .map(request -> String.valueOf(request.authorization()))
        .distinct()
        .collect(Collectors.joining(", "));
  }
}
