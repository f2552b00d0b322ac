// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The same request many times, some at once, counted by who answered. */
final class ManyRequests {
  private final int total;
  private final int concurrency;
  private final Map<String, Integer> answers = new TreeMap<>();
  private final Map<Failure, Integer> failures = new EnumMap<>(Failure.class);
  private final AtomicInteger started = new AtomicInteger();

  ManyRequests(int total, int concurrency) {
    this.total = total;
    this.concurrency = concurrency;
  }

  /** One request; its result is the name of the server that answered. */
  @FunctionalInterface
  interface Request {
    String send() throws IOException;
  }

  Histogram run(Request request) {
    Crew.run(concurrency, () -> work(request));
    return new Histogram(answers, failures);
  }

  private void work(Request request) {
    while (started.getAndIncrement() < total) {
      try {
        String server = request.send();
        synchronized (this) {
          answers.merge(server, 1, Integer::sum);
        }
      } catch (IOException failure) {
        synchronized (this) {
          failures.merge(Failure.of(failure), 1, Integer::sum);
        }
      }
    }
  }
}
