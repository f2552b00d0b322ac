// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.compatibility.ShowsRules;
import dev.sluice.model.IpAddress;
import dev.sluice.model.ServiceName;
import dev.sluice.plan.HealthCheck;
import dev.sluice.server.HttpServer.Listener;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Health check node ports on loopback addresses. */
class HealthCheckServersTest {
  private static final ServiceName WEB = new ServiceName("shop", "web");
  private static final IpAddress FIRST = IpAddress.parse("127.0.0.1");
  private static final IpAddress SECOND = IpAddress.parse("127.0.0.2");

  private final HttpServer http = new HttpServer();
  private final Web web = new Web();
  private final List<String> failures = new ArrayList<>();
  private boolean proxyHealthy = true;
  private final HealthCheckServers servers =
      new HealthCheckServers(
          http, () -> proxyHealthy, (service, reason) -> failures.add(service + ": " + reason));

  @BeforeEach
  void listen() {
    servers.listenOn(Set.of(FIRST));
  }

  @AfterEach
  void close() {
    web.close();
    servers.close();
    http.close();
  }

  /** A port that nobody has just now. */
  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void set(ServiceName name, int port, int localEndpoints) {
    servers.set(name, Optional.of(new HealthCheck(port, localEndpoints)));
  }

  private String weight(HttpResponse<String> response) {
    return response.headers().firstValue("x-load-balancing-endpoint-weight").orElse("none");
  }

  @Test
  @ShowsRules({112, 113})
  void theNumberOfLocalEndpointsIsTheBodyAndTheWeight() throws Exception {
    int port = freePort();
    set(WEB, port, 3);
    HttpResponse<String> response = web.get(port, "/healthz");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).contains("application/json");
    assertThat(response.headers().firstValue("x-content-type-options")).contains("nosniff");
    assertThat(weight(response)).isEqualTo("3");
    assertThat(response.body())
        .isEqualTo(
            """
            {
            \t"service": {
            \t\t"namespace": "shop",
            \t\t"name": "web"
            \t},
            \t"localEndpoints": 3,
            \t"serviceProxyHealthy": true
            }""");
    assertThat(new ObjectMapper().readTree(response.body()).at("/service/name").asText())
        .isEqualTo("web");
  }

  @Test
  @ShowsRules(112)
  void withoutLocalEndpointsTheServiceIsUnavailableHere() throws Exception {
    int port = freePort();
    set(WEB, port, 0);
    HttpResponse<String> response = web.get(port, "/");

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(weight(response)).isEqualTo("0");
    assertThat(response.body()).contains("\"localEndpoints\": 0");
  }

  @Test
  @ShowsRules({112, 116})
  void anUnhealthyProxyKeepsTheWeight() throws Exception {
    int port = freePort();
    set(WEB, port, 2);
    proxyHealthy = false;
    HttpResponse<String> response = web.get(port, "/");

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(weight(response)).isEqualTo("2");
    assertThat(response.body()).contains("\"serviceProxyHealthy\": false");
  }

  @Test
  @ShowsRules(111)
  void anyPathAndMethodIsAnswered() throws Exception {
    int port = freePort();
    set(WEB, port, 1);
    for (String method : List.of("GET", "POST", "PUT", "HEAD")) {
      assertThat(web.request(method, "127.0.0.1", port, "/any/where?at=all").statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  @ShowsRules(110)
  void eachOfTheNodesChosenAddressesAnswersAndNoOther() throws Exception {
    int port = freePort();
    set(WEB, port, 1);
    assertThatThrownBy(() -> web.request("GET", "127.0.0.2", port, "/"))
        .isInstanceOf(ConnectException.class);

    servers.listenOn(Set.of(FIRST, SECOND));
    assertThat(web.request("GET", "127.0.0.2", port, "/").statusCode()).isEqualTo(200);
    assertThat(web.request("GET", "127.0.0.1", port, "/").statusCode()).isEqualTo(200);

    servers.listenOn(Set.of(IpAddress.parse("0.0.0.0")));
    for (String host : List.of("127.0.0.1", "127.0.0.3", "[::1]")) {
      assertThat(web.request("GET", host, port, "/").statusCode()).isEqualTo(200);
    }
  }

  @Test
  @ShowsRules(117)
  void aServiceKeepsItsListenerWhileItsPortStaysTheSame() throws Exception {
    int port = freePort();
    set(WEB, port, 1);
    try (Socket open = new Socket(InetAddress.getLoopbackAddress(), port)) {
      set(WEB, port, 2);
      set(new ServiceName("shop", "other"), freePort(), 1);
      servers.retry();

      open.setSoTimeout(5000);
      open.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(US_ASCII));
      assertThat(new String(open.getInputStream().readAllBytes(), US_ASCII))
          .contains("\"localEndpoints\": 2");
    }
    int next = freePort();
    set(WEB, next, 2);
    assertThat(web.get(next, "/").statusCode()).isEqualTo(200);
    assertThatThrownBy(() -> web.get(port, "/")).isInstanceOf(ConnectException.class);
  }

  @Test
  @ShowsRules(119)
  void aServiceWithoutHealthCheckListensNoMore() throws Exception {
    int port = freePort();
    set(WEB, port, 1);
    servers.set(WEB, Optional.empty());
    assertThatThrownBy(() -> web.get(port, "/")).isInstanceOf(ConnectException.class);
    assertThat(servers.size()).isZero();

    set(WEB, port, 1);
    assertThat(web.get(port, "/").statusCode()).isEqualTo(200);
  }

  @Test
  @ShowsRules(118)
  void aPortThatIsTakenIsToldOnceAndTriedAgainWhileOthersGoOn() throws Exception {
    int port = freePort();
    Listener holder =
        http.listen(
            new BindAddress(FIRST, port), question -> HttpAnswer.text(200, "mine"), Runnable::run);
    set(WEB, port, 1);
    servers.retry();
    assertThat(failures)
        .singleElement()
        .asString()
        .contains("shop/web", "127.0.0.1:" + port, "already in use");
    int other = freePort();
    set(new ServiceName("shop", "other"), other, 1);
    assertThat(web.get(other, "/").statusCode()).isEqualTo(200);

    holder.close();
    servers.retry();
    assertThat(web.get(port, "/").body()).contains("\"localEndpoints\": 1");
  }
}
