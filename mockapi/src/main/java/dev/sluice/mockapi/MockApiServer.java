// SPDX-License-Identifier: Apache-2.0
package dev.sluice.mockapi;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesAttributesExtractor;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.crud.AttributeSet;
import io.fabric8.mockwebserver.http.HttpUrl;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/**
 * fabric8's mock API server in CRUD mode, and what it lacks of a real one: lists in pages, watches
 * that continue from a resource version, 410, refusals, and the ability to go away and come back at
 * the same address.
 */
public final class MockApiServer implements AutoCloseable {
  /** Kept, for a logger that nobody holds forgets its level. */
  private static final Logger REQUESTS = Logger.getLogger("io.fabric8.mockwebserver");

  static {
    REQUESTS.setLevel(Level.WARNING); // it tells of every request
  }

  /** Of the client that the mock server makes. */
  private static final String OWN_TOKEN = "Bearer secret";

  private final Api api = new Api();
  private final Map<String, Set<String>> manifests = new HashMap<>();
  private final InetAddress address;
  private KubernetesMockServer server;
  private KubernetesClient client;
  private int port;

  public MockApiServer() {
    this(InetAddress.getLoopbackAddress());
  }

  /**
   * Listens on an address of the calling thread's network namespace.
   *
   * @param address which has a name, or it is looked up
   */
  public MockApiServer(InetAddress address) {
    this.address = address;
    start();
  }

  /** Comes (back), in the calling thread's network namespace. */
  public void start() {
    server =
        new KubernetesMockServer(new Context(), new MockWebServer(), new HashMap<>(), api, false);
    server.start(address, port);
    port = server.getPort();
  }

  /** Goes away, and remembers everything. */
  public void stop() {
    api.history.close();
    if (client != null) {
      client.close();
      client = null;
    }
    server.shutdown();
  }

  @Override
  public void close() {
    stop();
  }

  public String url() {
    return "http://" + address.getHostAddress() + ":" + port;
  }

  /** Changes the objects by requests, as kubectl would. */
  public KubernetesClient client() {
    if (client == null) {
      client = server.createClient();
    }
    return client;
  }

  /** Answers requests whose path has this end with a status, until it is 0. */
  public void refuse(String pathEnd, int status) {
    api.refuse(pathEnd, status);
  }

  /** Ends all watches. */
  public void closeWatches() {
    api.history.close();
  }

  /** Ends all watches, and knows nothing any more of what was before. */
  public void compact() {
    api.compact();
    api.history.close();
  }

  /** Waits until so many watches are open. */
  public void awaitWatches(int number) throws InterruptedException {
    api.history.awaitOpen(number);
  }

  public int watches() {
    return api.history.open();
  }

  /** What was asked, without what the server's own {@link #client} does. */
  public List<Request> requests() {
    synchronized (api.requests) {
      return api.requests.stream()
          .filter(request -> !OWN_TOKEN.equals(request.authorization()))
          .toList();
    }
  }

  /**
   * Creates or replaces an object without the search through all others that CRUD mode does for
   * that.
   *
   * @param path of its resource, in its namespace
   */
  public void apply(String path, GenericKubernetesResource object) {
    api.apply(path, object);
  }

  /**
   * Makes the objects be those of a manifest: what an earlier one of that name had, and this one
   * has not, is deleted.
   *
   * @param yaml documents with Services, EndpointSlices and the like; "" for none
   */
  public void applyManifest(String name, String yaml) {
    Map<String, GenericKubernetesResource> now = new LinkedHashMap<>();
    for (String document : yaml.split("(?m)^---\\s*$", -1)) {
      if (!document.isBlank()) {
        GenericKubernetesResource object =
            Serialization.unmarshal(document, GenericKubernetesResource.class);
        now.put(collection(object) + "/" + object.getMetadata().getName(), object);
      }
    }
    Set<String> before = manifests.getOrDefault(name, Set.of());
    before.stream().filter(path -> !now.containsKey(path)).forEach(api::handleDelete);
    now.values().forEach(object -> api.apply(collection(object), object));
    manifests.put(name, now.keySet());
  }

  private static String collection(GenericKubernetesResource object) {
    String version = object.getApiVersion();
    String namespace = object.getMetadata().getNamespace();
    return (version.contains("/") ? "/apis/" : "/api/")
        + version
        + (namespace == null ? "" : "/namespaces/" + namespace)
        + "/"
        + object.getKind().toLowerCase(Locale.ROOT)
        + "s";
  }

  /** Forgets all changes until now, as watches that begin later do not need them. */
  public void compactQuietly() {
    api.compact();
  }

  /**
   * A GET.
   *
   * @param query decoded
   * @param authorization the header; null without one
   */
  public record Request(String path, Map<String, String> query, String authorization) {
    public boolean isWatch() {
      return "true".equals(query.get("watch"));
    }
  }

  private static final class Api extends KubernetesCrudDispatcher {
    private static final KubernetesAttributesExtractor EXTRACTOR =
        new KubernetesAttributesExtractor();

    final WatchHistory history = new WatchHistory();
    final List<Request> requests = new ArrayList<>();
    private final Map<String, Integer> refusals = new HashMap<>();
    private final Map<String, List<String>> unread = new HashMap<>();
    private long committed;
    private long pages;

    synchronized void refuse(String pathEnd, int status) {
      refusals.put(pathEnd, status);
    }

    /** A list shows what is committed; a version that was given out may not be yet. */
    synchronized void compact() {
      committed = requestResourceVersion();
      history.forget(committed);
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) {
      String path = request.getPath().replaceFirst("\\?.*", "");
      if (request.getMethod().equals("GET")) {
        synchronized (requests) {
          requests.add(
              new Request(path, query(request.getPath()), request.getHeader("Authorization")));
        }
        synchronized (this) {
          for (Map.Entry<String, Integer> refusal : refusals.entrySet()) {
            if (path.endsWith(refusal.getKey()) && refusal.getValue() != 0) {
              return new MockResponse().setResponseCode(refusal.getValue());
            }
          }
        }
      }
      return super.dispatch(request);
    }

    private static Map<String, String> query(String path) {
      Map<String, String> query = new LinkedHashMap<>();
      int start = path.indexOf('?');
      if (start >= 0) {
        for (String part : path.substring(start + 1).split("&", -1)) {
          String[] pair = part.split("=", 2);
          query.put(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
        }
      }
      return query;
    }

    @Override
    public MockResponse handleGet(String path) {
      Map<String, String> query = query(path);
      if (!query.containsKey("limit") || query.containsKey("watch")) {
        return super.handleGet(path);
      }
      return page(path, Integer.parseInt(query.get("limit")), query.get("continue"));
    }

    /** A list is what there was when its first page was read. */
    private synchronized MockResponse page(String path, int limit, String token) {
      List<String> items;
      long listed;
      if (token == null) {
        AttributeSet query = getKey(path);
        synchronized (map) {
          items =
              map.entrySet().stream()
                  .filter(entry -> entry.getKey().matches(query))
                  .map(Map.Entry::getValue)
                  .toList();
        }
        listed = committed;
      } else {
        items = unread.remove(token);
        listed = Long.parseLong(token.substring(0, token.indexOf('-')));
      }
      String next = "";
      if (items.size() > limit) {
        next = listed + "-" + ++pages;
        unread.put(next, items.subList(limit, items.size()));
      }
      return new MockResponse()
          .setResponseCode(HttpURLConnection.HTTP_OK)
          .setBody(
              """
              {"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"%d","continue":"%s"},"items":[%s]}
              """
                  .formatted(
                      listed, next, items.stream().limit(limit).collect(Collectors.joining(","))));
    }

    @Override
    public MockResponse handleWatch(String path) {
      AttributeSet query = getKey(path);
      String from = HttpUrl.parse("http://localhost" + path).queryParameter("resourceVersion");
      return new MockResponse()
          .withWebSocketUpgrade(history.watch(query, from == null ? 0 : Long.parseLong(from)));
    }

    @Override
    public synchronized void processEvent(
        String path,
        AttributeSet pathAttributes,
        AttributeSet oldAttributes,
        GenericKubernetesResource resource,
        String newState) {
      String before = oldAttributes == null ? null : map.get(oldAttributes);
      super.processEvent(path, pathAttributes, oldAttributes, resource, newState);
      if (newState == null) {
        committed = requestResourceVersion();
        history.add(committed, oldAttributes, null, before);
      } else if (!newState.equals(before)) {
        GenericKubernetesResource now =
            resource == null
                ? Serialization.unmarshal(newState, GenericKubernetesResource.class)
                : resource;
        committed = Long.parseLong(now.getMetadata().getResourceVersion());
        history.add(committed, oldAttributes, attributes(pathAttributes, now), newState);
      }
    }

    /** Creates or replaces an object. */
    void apply(String path, GenericKubernetesResource object) {
      object.getMetadata().setResourceVersion(String.valueOf(requestResourceVersion()));
      AttributeSet attributes = attributes(getKey(path), object);
      processEvent(
          path,
          getKey(path),
          map.containsKey(attributes) ? attributes : null,
          object,
          Serialization.asJson(object));
    }

    private static AttributeSet attributes(AttributeSet path, GenericKubernetesResource object) {
      return AttributeSet.merge(path, EXTRACTOR.extract(object));
    }
  }
}
