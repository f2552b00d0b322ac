// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Carries out one {@link Transfer}: first up, then down. */
final class TransferClient {
  private static final long SEED = 20_260_101;

  private final Target target;
  private final long bytes;
  private final long bytesPerSecond;
  private final AtomicLong progress = new AtomicLong();

  /**
   * @param bytes in each direction
   * @param bytesPerSecond 0 for as fast as it goes
   */
  TransferClient(Target target, long bytes, long bytesPerSecond) {
    this.target = target;
    this.bytes = bytes;
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Bytes that have gone in both directions together; readable while it runs. */
  long progress() {
    return progress.get();
  }

  Transfer run() throws IOException {
    long start = System.nanoTime();
    try (TcpClient client = TcpClient.open(target)) {
      MessageDigest sent = Payload.newDigest();
      request(client, "%s %d\n".formatted(TcpEchoServer.SWALLOW, bytes));
      upload(client, sent, start);
      String uploadReceived = Lines.read(client.in());
      request(client, "%s %d %d\n".formatted(TcpEchoServer.SEND, bytes, SEED));
      MessageDigest expected = Payload.newDigest();
      MessageDigest received = Payload.newDigest();
      download(client, expected, received, start);
      return new Transfer(
          client.banner(),
          bytes,
          Payload.hex(sent),
          uploadReceived,
          Payload.hex(expected),
          Payload.hex(received),
          Duration.ofNanos(System.nanoTime() - start));
    }
  }

  private static void request(TcpClient client, String line) throws IOException {
    client.out().write(line.getBytes(StandardCharsets.US_ASCII));
  }

  private void upload(TcpClient client, MessageDigest sent, long start) throws IOException {
    Payload payload = new Payload(SEED);
    for (long remaining = bytes; remaining > 0; ) {
      int count = Payload.chunkOf(remaining);
      byte[] chunk = payload.nextChunk();
      client.out().write(chunk, 0, count);
      sent.update(chunk, 0, count);
      remaining -= count;
      advance(count, start);
    }
  }

  private void download(
      TcpClient client, MessageDigest expected, MessageDigest received, long start)
      throws IOException {
    Payload payload = new Payload(SEED);
    byte[] chunk = new byte[Payload.CHUNK_BYTES];
    for (long remaining = bytes; remaining > 0; ) {
      int count = client.in().readNBytes(chunk, 0, Payload.chunkOf(remaining));
      if (count == 0) {
        throw new EOFException("%d bytes of the download are missing".formatted(remaining));
      }
      received.update(chunk, 0, count);
      expected.update(payload.nextChunk(), 0, count);
      remaining -= count;
      advance(count, start);
    }
  }

  private void advance(int count, long start) {
    long gone = progress.addAndGet(count);
    if (bytesPerSecond > 0) {
      long dueMillis = gone * 1000 / bytesPerSecond;
      long passedMillis = (System.nanoTime() - start) / 1_000_000;
      if (dueMillis > passedMillis) {
        Pause.millis(dueMillis - passedMillis);
      }
    }
  }
}
