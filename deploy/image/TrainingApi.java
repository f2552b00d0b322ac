// SPDX-License-Identifier: Apache-2.0

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * The Kubernetes API of one Service, for the training run of the image's AOT cache: lists, and
 * watches on which it becomes another Service port once. A file of its own, so that building the
 * image needs nothing but a JDK: {@code java TrainingApi.java PORT-FILE}.
 */
final class TrainingApi {
  private static final String META = "{\"resourceVersion\":\"1\"}";

  private static final String SERVICE =
      """
      {"apiVersion":"v1","kind":"Service",
       "metadata":{"name":"web","namespace":"training","uid":"1","resourceVersion":"%s"},
       "spec":{"type":"NodePort","clusterIP":"10.96.0.80","clusterIPs":["10.96.0.80","fd96::80"],
         "ipFamilies":["IPv4","IPv6"],"ipFamilyPolicy":"RequireDualStack","selector":{"app":"web"},
         "externalTrafficPolicy":"Cluster","internalTrafficPolicy":"Cluster",
         "sessionAffinity":"None",
         "ports":[{"name":"http","port":%d,"protocol":"TCP","targetPort":8080,"nodePort":30080}]}}
      """;

  private static final String SLICE =
      """
      {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","addressType":"IPv4",
       "metadata":{"name":"web-1","namespace":"training","uid":"2","resourceVersion":"1",
         "labels":{"kubernetes.io/service-name":"web"}},
       "ports":[{"name":"http","port":8080,"protocol":"TCP"}],
       "endpoints":[{"addresses":["10.1.1.2"],"nodeName":"training",
         "conditions":{"ready":true,"serving":true,"terminating":false}}]}
      """;

  private static final String NODE =
      """
      {"apiVersion":"v1","kind":"Node",
       "metadata":{"name":"training","uid":"3","resourceVersion":"1",
         "labels":{"topology.kubernetes.io/zone":"a"}},
       "spec":{"podCIDRs":["10.1.1.0/24"]},
       "status":{"addresses":[{"type":"InternalIP","address":"172.31.0.11"}]}}
      """;

  /** The end of a path, and the kind and first item of the list it stands for. */
  private static final Map<String, String[]> LISTS =
      Map.of(
          "services",
          new String[] {"v1", "ServiceList", SERVICE.formatted("1", 80)},
          "endpointslices",
          new String[] {"discovery.k8s.io/v1", "EndpointSliceList", SLICE},
          "nodes",
          new String[] {"v1", "NodeList", NODE},
          "servicecidrs",
          new String[] {"networking.k8s.io/v1", "ServiceCIDRList", ""});

  private TrainingApi() {}

  public static void main(String[] arguments) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", TrainingApi::answer);
    server.start();
    Files.writeString(Path.of(arguments[0]), Integer.toString(server.getAddress().getPort()));
  }

  private static void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String[] list = LISTS.get(path.substring(path.lastIndexOf('/') + 1));
    String query = exchange.getRequestURI().getRawQuery();
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    if (list == null) {
      exchange.sendResponseHeaders(404, -1);
    } else if (query != null && query.contains("watch=true")) {
      exchange.sendResponseHeaders(200, 0);
      if (list[1].equals("ServiceList")) {
        send(exchange, "{\"type\":\"MODIFIED\",\"object\":%s}\n".formatted(oneLine(81)));
      }
      return; // the watch stays open until the client goes
    } else {
      exchange.sendResponseHeaders(200, 0);
      send(
          exchange,
          "{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"metadata\":%s,\"items\":[%s]}"
              .formatted(list[0], list[1], META, list[2]));
    }
    exchange.close();
  }

  private static String oneLine(int port) {
    return SERVICE.formatted("2", port).replace("\n", "");
  }

  private static void send(HttpExchange exchange, String text) throws IOException {
    OutputStream body = exchange.getResponseBody();
    body.write(text.getBytes(StandardCharsets.UTF_8));
    body.flush();
  }
}
