// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.kubernetes;

import dev.sluice.source.SourceException;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the API servers are and what to show them.
 *
 * @param servers their URLs, best first
 * @param credentials the client's configuration; its own server is not used
 */
public record ApiAccess(List<String> servers, Config credentials) {
  /** Where a pod finds its service account. */
  public static final Path SERVICE_ACCOUNT =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  public ApiAccess {
    servers = List.copyOf(servers);
  }

  /**
   * Finds out how to reach the API: by a kubeconfig, else as a pod's service account.
   *
   * @param kubeconfig its current context is used
   * @param servers URLs that are asked in place of the one of the kubeconfig, or of the variables
   *     {@code KUBERNETES_SERVICE_HOST} and {@code _PORT}, which name a ClusterIP that nobody may
   *     serve yet
   * @param serviceAccount the directory with {@code token} and {@code ca.crt}, if there is one
   * @throws SourceException if that does not name an API server; the message says what to do
   */
  public static ApiAccess find(
      Optional<Path> kubeconfig,
      List<String> servers,
      Map<String, String> environment,
      Path serviceAccount) {
    servers.forEach(ApiAccess::requireUrl);
    if (kubeconfig.isPresent()) {
      Config config = read(kubeconfig.get());
      return new ApiAccess(servers.isEmpty() ? List.of(config.getMasterUrl()) : servers, config);
    }
    List<String> chosen = servers.isEmpty() ? inCluster(environment) : servers;
    return new ApiAccess(chosen, serviceAccount(serviceAccount));
  }

  private static void requireUrl(String text) {
    try {
      URI uri = new URI(text);
      if (uri.getHost() != null
          && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
        return;
      }
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a URL such as https://10.0.0.1:6443", e);
    }
    throw new IllegalArgumentException("'" + text + "' is not a URL such as https://10.0.0.1:6443");
  }

  private static Config read(Path kubeconfig) {
    if (!Files.isReadable(kubeconfig)) {
      throw new SourceException("kubeconfig " + kubeconfig + " does not exist or cannot be read");
    }
    try {
      return Config.fromKubeconfig(kubeconfig.toFile());
    } catch (RuntimeException e) {
      throw new SourceException(
          "kubeconfig " + kubeconfig + " cannot be used: " + e.getMessage(), e);
    }
  }

  private static List<String> inCluster(Map<String, String> environment) {
    String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
    String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
    if (host.isEmpty()) {
      throw new SourceException(
          "nothing says where Services come from: give --manifests DIR, or --kubeconfig FILE or"
              + " --api-server URL, or run in a pod");
    }
    return List.of("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
  }

  private static Config serviceAccount(Path directory) {
    ConfigBuilder config = new ConfigBuilder(Config.empty());
    Path token = directory.resolve("token");
    if (Files.isReadable(token)) {
      // kubelet replaces it about once an hour; reading it is nothing beside a request.
      config.withOauthTokenProvider(() -> content(token));
    }
    Path authority = directory.resolve("ca.crt");
    if (Files.isReadable(authority)) {
      config.withCaCertFile(authority.toString());
    }
    return config.build();
  }

  private static String content(Path token) {
    try {
      return Files.readString(token).strip();
    } catch (IOException e) {
      throw new SourceException("the service account's token cannot be read: " + e, e);
    }
  }
}
