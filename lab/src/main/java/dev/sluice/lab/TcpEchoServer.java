// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;

/**
 * Sends its {@link Banner}, then echoes every byte until the client closes. A connection that
 * begins with {@code !} carries requests instead: {@code !swallow BYTES} reads that many bytes and
 * answers their SHA-256, {@code !send BYTES SEED} sends that many of a {@link Payload}.
 */
final class TcpEchoServer {
  static final String SWALLOW = "!swallow";
  static final String SEND = "!send";

  private static final int BACKLOG = 4096;
  private static final int BUFFER_BYTES = 16 * 1024;

  private final String name;

  TcpEchoServer(String name) {
    this.name = name;
  }

  /** Listens on all addresses of both families; serves on virtual threads. */
  void start(int port) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress(port), BACKLOG);
    Thread.ofPlatform().name("tcp " + port).start(() -> accept(server));
  }

  private void accept(ServerSocketChannel server) {
    while (true) {
      try {
        SocketChannel channel = server.accept();
        Thread.ofVirtual().start(() -> serve(channel));
      } catch (IOException transientFailure) {
        Pause.millis(10);
      }
    }
  }

  private void serve(SocketChannel channel) {
    try (channel) {
      Socket socket = channel.socket();
      socket.setTcpNoDelay(true);
      OutputStream out = socket.getOutputStream();
      out.write(new Banner(name, (InetSocketAddress) channel.getRemoteAddress()).line());
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[BUFFER_BYTES];
      int count = in.read(buffer);
      if (count > 0 && buffer[0] == '!') {
        answer(new SequenceInputStream(new ByteArrayInputStream(buffer, 0, count), in), out);
        return;
      }
      for (; count >= 0; count = in.read(buffer)) {
        out.write(buffer, 0, count);
      }
    } catch (IOException clientWentAway) {
      // Its own affair.
    }
  }

  private static void answer(InputStream in, OutputStream out) throws IOException {
    try {
      while (true) {
        List<String> request = Arrays.asList(Lines.read(in).split(" ", -1));
        long bytes = Long.parseLong(request.get(1));
        if (request.getFirst().equals(SWALLOW)) {
          out.write((swallow(in, bytes) + "\n").getBytes(StandardCharsets.US_ASCII));
        } else {
          send(out, bytes, Long.parseLong(request.get(2)));
        }
      }
    } catch (EOFException clientHasFinished) {
      // The usual end.
    }
  }

  private static String swallow(InputStream in, long bytes) throws IOException {
    MessageDigest digest = Payload.newDigest();
    byte[] buffer = new byte[Payload.CHUNK_BYTES];
    for (long remaining = bytes; remaining > 0; ) {
      int count = in.read(buffer, 0, Payload.chunkOf(remaining));
      if (count < 0) {
        throw new EOFException("%d bytes missing".formatted(remaining));
      }
      digest.update(buffer, 0, count);
      remaining -= count;
    }
    return Payload.hex(digest);
  }

  private static void send(OutputStream out, long bytes, long seed) throws IOException {
    Payload payload = new Payload(seed);
    for (long remaining = bytes; remaining > 0; remaining -= Payload.chunkOf(remaining)) {
      out.write(payload.nextChunk(), 0, Payload.chunkOf(remaining));
    }
  }
}
