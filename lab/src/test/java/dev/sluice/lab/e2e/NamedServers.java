// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Host;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Many servers of one host, each with a name of its own, {@code HOST:PORT}: threads of this JVM on
 * sockets in the host's network namespace. They behave as the lab's echo servers do, and remember
 * when they were last called.
 */
final class NamedServers implements AutoCloseable {
  private static final int BACKLOG = 1024;

  private final String host;
  private final List<AutoCloseable> channels = new ArrayList<>();
  private final Map<String, Long> lastCalls = new ConcurrentHashMap<>();

  private NamedServers(Host host) {
    this.host = host.name();
  }

  /** Listens on ports {@code first} to {@code first + count - 1}, on all addresses. */
  static NamedServers tcp(Host host, int first, int count) throws Exception {
    NamedServers servers = new NamedServers(host);
    for (int port = first; port < first + count; port++) {
      InetSocketAddress address = new InetSocketAddress(port);
      String name = host.name() + ":" + port;
      ServerSocketChannel channel =
          host.call(() -> ServerSocketChannel.open().bind(address, BACKLOG));
      servers.channels.add(channel);
      Thread.ofVirtual().start(() -> servers.accept(channel, name));
    }
    return servers;
  }

  /** The same for UDP, on the host's address of one family. */
  static NamedServers udp(Host host, AddressFamily family, int first, int count) throws Exception {
    NamedServers servers = new NamedServers(host);
    for (int port = first; port < first + count; port++) {
      InetSocketAddress address = new InetSocketAddress(host.address(family), port);
      String name = host.name() + ":" + port;
      DatagramChannel channel =
          host.call(
              () ->
                  DatagramChannel.open(
                          family == AddressFamily.IPV4
                              ? StandardProtocolFamily.INET
                              : StandardProtocolFamily.INET6)
                      .bind(address));
      servers.channels.add(channel);
      Thread.ofPlatform().daemon().start(() -> servers.answer(channel, name));
    }
    return servers;
  }

  /** When a server accepted its latest connection, by {@link System#nanoTime}. */
  long lastCall(String name) {
    return lastCalls.getOrDefault(name, Long.MIN_VALUE);
  }

  private void accept(ServerSocketChannel server, String name) {
    while (server.isOpen()) {
      try {
        SocketChannel channel = server.accept();
        lastCalls.put(name, System.nanoTime());
        Thread.ofVirtual().start(() -> echo(channel, name));
      } catch (IOException closed) {
        // The loop ends if it is.
      }
    }
  }

  private static void echo(SocketChannel channel, String name) {
    try (channel) {
      InetSocketAddress client = (InetSocketAddress) channel.getRemoteAddress();
      String banner =
          "%s %s %d\n".formatted(name, client.getAddress().getHostAddress(), client.getPort());
      channel.write(ByteBuffer.wrap(banner.getBytes(StandardCharsets.UTF_8)));
      ByteBuffer buffer = ByteBuffer.allocate(1024);
      while (channel.read(buffer.clear()) >= 0) {
        channel.write(buffer.flip());
      }
    } catch (IOException clientWentAway) {
      // Its own affair.
    }
  }

  private void answer(DatagramChannel channel, String name) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(2048);
    while (channel.isOpen()) {
      try {
        InetSocketAddress client = (InetSocketAddress) channel.receive(buffer.clear());
        lastCalls.put(name, System.nanoTime());
        channel.send(ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8)), client);
      } catch (IOException closed) {
        // The loop ends if it is.
      }
    }
  }

  @Override
  public void close() {
    for (AutoCloseable channel : channels) {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (Exception e) {
        throw new IllegalStateException("servers of " + host, e);
      }
    }
  }
}
