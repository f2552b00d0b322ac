// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Asks several name servers from one unconnected socket, as musl's resolver does: each round asks
 * all of them before it reads the first answer, which must come from the address that was asked.
 */
final class DnsByTurns {
  private static final int IDS = 1 << 16;

  private final List<Target> servers;
  private final Map<String, Integer> answers = new TreeMap<>();
  private final Map<Failure, Integer> failures = new EnumMap<>(Failure.class);
  private int lastId;

  DnsByTurns(List<Target> servers) {
    this.servers = List.copyOf(servers);
  }

  /**
   * Returns the answers by {@code ASKED/ANSWERED}, the address that was asked and that of the
   * server behind it. {@link Failure#CORRUPTED} are those from another address than was asked.
   */
  Histogram run(int rounds) throws IOException {
    try (DnsSocket socket = DnsSocket.open(servers.getFirst())) {
      for (int round = 0; round < rounds; round++) {
        askAll(socket);
      }
    }
    return new Histogram(answers, failures);
  }

  private void askAll(DnsSocket socket) throws IOException {
    Map<Integer, Target> asked = new HashMap<>();
    for (Target server : servers) {
      lastId = (lastId + 1) % IDS;
      asked.put(lastId, server);
      socket.ask(server, lastId, "q%d.lab".formatted(lastId));
    }
    long deadline = System.nanoTime() + servers.getFirst().timeout().toNanos();
    try {
      while (!asked.isEmpty()) {
        DnsSocket.Received received = socket.receive(deadline);
        Target server = asked.remove(received.answer().id());
        if (server != null) {
          count(server, received);
        }
      }
    } catch (SocketTimeoutException lost) {
      failures.merge(Failure.TIMED_OUT, asked.size(), Integer::sum);
    }
  }

  private void count(Target server, DnsSocket.Received received) {
    if (received.source().equals(server.socketAddress())) {
      String asked = server.address().getHostAddress();
      answers.merge(asked + "/" + received.answer().server(), 1, Integer::sum);
    } else {
      failures.merge(Failure.CORRUPTED, 1, Integer::sum);
    }
  }
}
