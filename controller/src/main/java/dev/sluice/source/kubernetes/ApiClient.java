// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.kubernetes;

import io.fabric8.kubernetes.api.model.WatchEvent;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.vertx.VertxHttpClientFactory;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.ext.web.client.WebClientOptions;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client with one event loop, on native epoll where the machine's architecture has it. */
final class ApiClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ApiClient.class);

  private static final int CONNECT_MILLIS = 5_000;
  private static final int ANSWER_MILLIS = 30_000;

  /** With 32 times of that at most; no two agents knock at a restarted server in step. */
  private static final int LEAST_BACK_OFF_MILLIS = 600;

  private static final int MOST_BACK_OFF_MILLIS = 1_400;

  /**
   * An API server says something on every watch each minute (a bookmark). Three minutes of silence
   * are a connection that has died without a word; the watch goes on by another one.
   */
  private static final int SILENCE_SECONDS = 180;

  private final Vertx vertx;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final KubernetesClient client;

  ApiClient(Config credentials, ApiServers servers) {
    vertx = Vertx.vertx(options());
    Config config =
        new ConfigBuilder(credentials)
            .withMasterUrl(servers.first())
            .withUserAgent("sluice")
            .withHttp2Disable(true)
            .withConnectionTimeout(CONNECT_MILLIS)
            .withRequestTimeout(ANSWER_MILLIS)
            .withWatchReconnectInterval(
                ThreadLocalRandom.current().nextInt(LEAST_BACK_OFF_MILLIS, MOST_BACK_OFF_MILLIS))
            .build();
    client =
        new KubernetesClientBuilder()
            .withConfig(config)
            .withTaskExecutor(executor)
            .withHttpClientFactory(new Factory(vertx))
            .withHttpClientBuilderConsumer(
                builder -> builder.addOrReplaceInterceptor("servers", servers))
            .build();
    executor.execute(this::warmUp);
  }

  private static VertxOptions options() {
    // The system's resolver, as pods and nodes set it up, serves names better than Vert.x's own.
    System.setProperty("vertx.disableDnsResolver", "true");
    // For the few bytes that a proxy hears of its cluster, Netty need not make the JDK warn.
    System.setProperty("io.netty.noUnsafe", "true");
    return new VertxOptions()
        .setPreferNativeTransport(true)
        .setEventLoopPoolSize(1)
        .setWorkerPoolSize(2)
        .setInternalBlockingPoolSize(2)
        .setUseDaemonThread(true)
        .setFileSystemOptions(
            new FileSystemOptions()
                .setFileCachingEnabled(false)
                .setClassPathResolvingEnabled(false));
  }

  private static final class Factory extends VertxHttpClientFactory {
    Factory(Vertx vertx) {
      super(vertx);
    }

    @Override
    protected void additionalConfig(WebClientOptions options) {
      options.setReadIdleTimeout(SILENCE_SECONDS).setTcpKeepAlive(true);
    }
  }

  /**
   * Reads an event of a watch, so that the first real one need not wait for the classes of all of
   * Kubernetes' kinds, which takes some tenths of a second.
   */
  private void warmUp() {
    try {
      client
          .getKubernetesSerialization()
          .unmarshal(
              """
              {"type":"ADDED","object":{"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice"}}
              """,
              WatchEvent.class);
    } catch (KubernetesClientException e) {
      LOG.warn("events of the Kubernetes API cannot be read: {}", e.toString());
    }
  }

  KubernetesClient client() {
    return client;
  }

  @Override
  public void close() {
    client.close();
    executor.shutdownNow();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
