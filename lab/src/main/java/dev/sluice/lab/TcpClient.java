// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A connection to a {@link TcpEchoServer}, open from its banner on. */
final class TcpClient implements Closeable {
  private static final int BUFFER_BYTES = 512;

  private final SocketChannel channel;
  private final InputStream in;
  private final OutputStream out;
  private final Banner banner;

  private TcpClient(SocketChannel channel, Target target) throws IOException {
    this.channel = channel;
    Socket socket = channel.socket();
    if (target.sourcePort() != 0) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(target.sourcePort()));
    }
    int timeoutMillis = Math.toIntExact(target.timeout().toMillis());
    socket.connect(target.socketAddress(), timeoutMillis);
    socket.setSoTimeout(timeoutMillis);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
    out = socket.getOutputStream();
    banner = Banner.parse(Lines.read(in));
  }

  static TcpClient open(Target target) throws IOException {
    SocketChannel channel = SocketChannel.open(target.socket().family());
    try {
      return new TcpClient(channel, target);
    } catch (IOException | RuntimeException failure) {
      channel.close();
      throw failure;
    }
  }

  Banner banner() {
    return banner;
  }

  SocketChannel channel() {
    return channel;
  }

  InputStream in() {
    return in;
  }

  OutputStream out() {
    return out;
  }

  String echo(String text) throws IOException {
    return new String(echo(text.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
  }

  /** Sends {@code bytes} and returns as many that come back; other ones are corruption. */
  byte[] echo(byte[] bytes) throws IOException {
    out.write(bytes);
    byte[] answer = in.readNBytes(bytes.length);
    if (answer.length < bytes.length) {
      throw new EOFException("%d of %d bytes came back".formatted(answer.length, bytes.length));
    }
    if (!Arrays.equals(answer, bytes)) {
      throw new CorruptedException("other bytes came back than those sent");
    }
    return answer;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
