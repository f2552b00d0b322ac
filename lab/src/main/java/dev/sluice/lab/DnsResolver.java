// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks one name server, question after question, from one connected socket, and does what resolvers
 * do: no answer within the target's time-out, and it asks once more; an error of the socket, and it
 * opens another one.
 */
final class DnsResolver {
  private static final int TRIES = 2;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  /** New sockets for one question; an error each time is not the end of one socket. */
  private static final int SOCKETS = 5;

  private final Target server;
  private final int queries;
  private final int perSecond;
  private final Map<String, Integer> answers = new TreeMap<>();
  private final Map<String, Integer> errors = new TreeMap<>();
  private DnsSocket socket;
  private volatile int asked;
  private volatile String lastServer = "";
  private int retries;
  private int misnamed;
  private int failed;
  private long slowest;

  /**
   * @param perSecond questions at most, so that things can happen meanwhile
   */
  DnsResolver(Target server, int queries, int perSecond) throws IOException {
    this.server = server;
    this.queries = queries;
    this.perSecond = perSecond;
    socket = DnsSocket.connected(server);
  }

  /** Questions that have been asked so far. */
  int progress() {
    return asked;
  }

  /** The address of the server that gave the last answer. */
  String lastServer() {
    return lastServer;
  }

  ResolverReport run() throws IOException {
    long start = System.nanoTime();
    try {
      for (int number = 0; number < queries; number++) {
        LockSupport.parkNanos(start + number * SECOND / perSecond - System.nanoTime());
        long begun = System.nanoTime();
        resolve(number);
        slowest = Math.max(slowest, System.nanoTime() - begun);
        asked = number + 1;
      }
    } finally {
      socket.close();
    }
    return new ResolverReport(
        queries, retries, misnamed, failed, Duration.ofNanos(slowest), answers, errors);
  }

  private void resolve(int number) throws IOException {
    for (int attempt = 1; attempt <= TRIES; attempt++) {
      long deadline = System.nanoTime() + server.timeout().toNanos();
      try {
        lastServer = ask(number, deadline);
        answers.merge(lastServer, 1, Integer::sum);
        return;
      } catch (SocketTimeoutException lost) {
        retries++;
      }
    }
    failed++;
  }

  /** Returns the address of the server that answered. */
  private String ask(int number, long deadline) throws IOException {
    for (int sockets = 1; ; sockets++) {
      try {
        socket.ask(server, number & 0xffff, name(number));
        return answer(number, deadline);
      } catch (SocketTimeoutException lost) {
        throw lost;
      } catch (IOException dead) {
        errors.merge(String.valueOf(dead.getMessage()), 1, Integer::sum);
        if (sockets == SOCKETS) {
          throw dead;
        }
        socket.close();
        socket = DnsSocket.connected(server);
      }
    }
  }

  private String answer(int number, long deadline) throws IOException {
    while (true) {
      DnsSocket.Received received = socket.receive(deadline);
      if (!received.source().equals(server.socketAddress())) {
        misnamed++;
      }
      // Others are late answers to earlier questions.
      if (received.answer().name().equals(name(number))) {
        return received.answer().server();
      }
    }
  }

  private static String name(int number) {
    return "q%d.lab".formatted(number);
  }
}
