// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Connections on each of which one message after the other goes to the server and back. */
final class ConversationRun {
  private static final long PAUSE_MILLIS = 5;

  private final List<TcpClient> clients = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final long[] answered;
  private final List<String> failures = new ArrayList<>();
  private long slowestNanos;
  private volatile boolean stopped;

  private ConversationRun(int connections) {
    answered = new long[connections];
  }

  /** Opens all connections before the first message goes. */
  static ConversationRun start(Target target, int connections) throws IOException {
    ConversationRun run = new ConversationRun(connections);
    for (int number = 0; number < connections; number++) {
      run.clients.add(TcpClient.open(target));
    }
    for (int number = 0; number < connections; number++) {
      int own = number;
      run.threads.add(Thread.ofVirtual().start(() -> run.talk(own)));
    }
    return run;
  }

  private void talk(int number) {
    try {
      for (long message = 0; !stopped; message++) {
        long start = System.nanoTime();
        String text = "connection %d, message %d".formatted(number, message);
        clients.get(number).echo(text.getBytes(StandardCharsets.UTF_8));
        count(number, System.nanoTime() - start);
        Pause.millis(PAUSE_MILLIS);
      }
    } catch (IOException broken) {
      synchronized (this) {
        failures.add("connection %d: %s".formatted(number, broken));
      }
    }
  }

  private synchronized void count(int number, long nanos) {
    answered[number]++;
    slowestNanos = Math.max(slowestNanos, nanos);
  }

  /** What has happened since the last call. */
  synchronized ConversationReport report() {
    ConversationReport report =
        new ConversationReport(
            Arrays.stream(answered).sum(),
            Duration.ofNanos(slowestNanos),
            String.join("; ", failures));
    Arrays.fill(answered, 0);
    slowestNanos = 0;
    return report;
  }

  /** Answers since the last report on the connection that has had the fewest. */
  synchronized long fewest() {
    return Arrays.stream(answered).min().orElseThrow();
  }

  synchronized boolean isBroken() {
    return !failures.isEmpty();
  }

  /** Ends all conversations after the message they are at, and closes the connections. */
  void stop() throws IOException {
    stopped = true;
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", interrupted);
    }
    for (TcpClient client : clients) {
      client.close();
    }
  }
}
