// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Opens many short connections, each with a token of its own, and closes them client first. */
final class ShortConnectionRun {
  private static final int TOKEN_BYTES = 2 * Long.BYTES;

  private final Target target;
  private final long total;
  private final AtomicLong started = new AtomicLong();
  private final LongAdder ok = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder timedOut = new LongAdder();
  private final LongAdder misdelivered = new LongAdder();
  private final LongAdder other = new LongAdder();

  ShortConnectionRun(Target target, long total) {
    this.target = target;
    this.total = total;
  }

  ShortConnections run(int concurrency) {
    long start = System.nanoTime();
    Crew.run(concurrency, this::work);
    return new ShortConnections(
        ok.sum(),
        refused.sum(),
        timedOut.sum(),
        misdelivered.sum(),
        other.sum(),
        Duration.ofNanos(System.nanoTime() - start));
  }

  private void work() {
    for (long number = started.getAndIncrement();
        number < total;
        number = started.getAndIncrement()) {
      try (TcpClient client = TcpClient.open(target)) {
        client.echo(token(number));
        ok.increment();
      } catch (IOException failure) {
        counter(Failure.of(failure)).increment();
      }
    }
  }

  /** Unique in this run, and never the start of a request. */
  private byte[] token(long number) {
    byte[] token = new byte[TOKEN_BYTES];
    Arrays.fill(token, (byte) 't');
    ByteBuffer.wrap(token).putLong(Byte.BYTES, number).putInt(12, hashCode());
    return token;
  }

  private LongAdder counter(Failure failure) {
    return switch (failure) {
      case REFUSED -> refused;
      case TIMED_OUT -> timedOut;
      case CORRUPTED -> misdelivered;
      case UNREACHABLE, DENIED, RESET, ABORTED, CLOSED, OTHER -> other;
    };
  }
}
