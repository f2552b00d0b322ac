// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.server.HttpServer.Listener;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real sockets on loopback. */
class HttpServerTest {
  private static final BindAddress LOOPBACK = BindAddress.parse("127.0.0.1:0", 0);

  private final HttpServer server = new HttpServer();
  private final Web web = new Web();
  private Listener listener;

  @BeforeEach
  void listen() throws IOException {
    listener =
        server.listen(
            LOOPBACK,
            HttpAnswers.byPath(
                Map.of(
                    "/text",
                    question -> HttpAnswer.text(200, "hello " + question.query()),
                    "/broken",
                    question -> {
                      throw new IllegalStateException("broken");
                    })),
            Runnable::run);
  }

  @AfterEach
  void close() {
    web.close();
    listener.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST", "PUT", "DELETE", "OPTIONS"})
  void everyMethodIsAnsweredAsGetIs(String method) throws Exception {
    HttpResponse<String> response = web.request(method, "127.0.0.1", listener.port(), "/text?you");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("hello you");
    assertThat(response.headers().firstValue("content-type")).contains("text/plain; charset=utf-8");
    assertThat(response.headers().firstValue("x-content-type-options")).contains("nosniff");
  }

  @Test
  void headTellsTheLengthAndSendsNoBody() throws Exception {
    assertThat(exchange("HEAD /text HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200 OK\r\n")
        .contains("content-length: 6\r\n")
        .endsWith("\r\n\r\n");
  }

  @Test
  void unknownPathsAreNotFoundInGosWords() throws Exception {
    HttpResponse<String> response = web.get(listener.port(), "/other");

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.body()).isEqualTo("404 page not found\n");
    assertThat(web.get(listener.port(), "/text/").statusCode()).isEqualTo(404);
  }

  @Test
  void anAnswerThatCannotBeMadeIsAServerError() throws Exception {
    assertThat(web.get(listener.port(), "/broken").statusCode()).isEqualTo(500);
    assertThat(web.get(listener.port(), "/text").statusCode()).isEqualTo(200);
  }

  @Test
  void requestsOfOneConnectionAreAnsweredInOrder() throws Exception {
    String one = "GET /text?%d HTTP/1.1\r\nHost: a\r\nConnection: %s\r\n\r\n";
    String two = one.formatted(1, "keep-alive") + one.formatted(2, "close");
    assertThat(exchange(two)).containsSubsequence("hello 1", "hello 2");
  }

  @Test
  void headersThatAreTooLongAreRefused() throws Exception {
    assertThat(exchange("GET /text HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(9000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ");
    assertThat(exchange("GET /" + "x".repeat(5000) + " HTTP/1.1\r\nHost: a\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ");
  }

  @Test
  void aBodyThatIsTooLongIsRefused() throws Exception {
    assertThat(
            exchange(
                "POST /text HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 10000\r\n\r\n"))
        .startsWith("HTTP/1.1 413 ");
  }

  @Test
  void whatIsNotHttpIsABadRequest() throws Exception {
    assertThat(exchange("\u0001\u0002\u0003 \r\n\r\n")).startsWith("HTTP/1.1 400 Bad Request\r\n");
  }

  @Test
  void anExecutorThatIsTooBusyIsUnavailability() throws Exception {
    try (Listener busy =
        server.listen(
            LOOPBACK,
            question -> HttpAnswer.text(200, ""),
            task -> {
              throw new RejectedExecutionException("full");
            })) {
      assertThat(web.get(busy.port(), "/").statusCode()).isEqualTo(503);
    }
  }

  @Test
  void oneConnectionTooManyIsClosedAtOnce() throws Exception {
    List<Socket> open = new ArrayList<>();
    try {
      for (int number = 0; number < HttpConnection.AT_MOST; number++) {
        open.add(new Socket(InetAddress.getLoopbackAddress(), listener.port()));
      }
      Socket last = new Socket(InetAddress.getLoopbackAddress(), listener.port());
      open.add(last);
      last.setSoTimeout(5000);
      assertThat(last.getInputStream().read()).isEqualTo(-1);
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  @Test
  void anUnspecifiedAddressStandsForBothFamilies() throws Exception {
    try (Listener all =
        server.listen(
            BindAddress.parse("0.0.0.0:0", 0),
            question -> HttpAnswer.text(200, ""),
            Runnable::run)) {
      for (String host : new String[] {"127.0.0.1", "[::1]"}) {
        assertThat(web.request("GET", host, all.port(), "/").statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void aPortThatIsTakenIsNamedAndFreeAgainAfterClose() throws Exception {
    BindAddress same = BindAddress.parse("127.0.0.1:" + listener.port(), 0);
    assertThatThrownBy(() -> server.listen(same, question -> null, Runnable::run))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("127.0.0.1:" + listener.port())
        .hasMessageContaining("already in use");

    listener.close();
    assertThatThrownBy(() -> web.get(same.port(), "/text")).isInstanceOf(ConnectException.class);
    listener = server.listen(same, question -> HttpAnswer.text(200, "again"), Runnable::run);
    assertThat(web.get(same.port(), "/").body()).isEqualTo("again");
  }

  /** All that comes until the server closes the connection. */
  private String exchange(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
      socket.setSoTimeout(5000);
      socket.getOutputStream().write(request.getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  @Test
  @ShowsRules(205)
  void anAddressWithoutAPortGetsTheUsualOne() {
    assertThat(BindAddress.parse("10.0.0.1", 10256)).hasToString("10.0.0.1:10256");
    assertThat(BindAddress.parse("10.0.0.1:80", 10256)).hasToString("10.0.0.1:80");
    assertThat(BindAddress.parse("::", 10256)).hasToString("[::]:10256");
    assertThat(BindAddress.parse("[fd00::1]:80", 10256)).hasToString("[fd00::1]:80");
    assertThatThrownBy(() -> BindAddress.parse("localhost:80", 10256))
        .hasMessageContaining("localhost:80");
    assertThatThrownBy(() -> BindAddress.parse("10.0.0.1:65536", 10256))
        .hasMessageContaining("10.0.0.1:65536");
  }
}
