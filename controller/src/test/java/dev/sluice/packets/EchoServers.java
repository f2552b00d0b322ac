// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

import dev.sluice.node.PrivateNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Backends: they accept TCP connections, and send UDP datagrams back. */
public final class EchoServers implements AutoCloseable {
  private final List<Channel> channels = new ArrayList<>();

  /** Gives the address to the loopback device of the namespace and serves there. */
  public void start(PrivateNamespace namespace, End end) {
    String howMuch =
        switch (end.address().family()) {
          case IPV4 -> "/32 dev lo";
          case IPV6 -> "/128 dev lo nodad"; // at once, without looking for a duplicate
        };
    namespace.run("ip address add " + end.address() + howMuch);
    namespace.call(
        () -> {
          SocketAddress address =
              new InetSocketAddress(InetAddress.getByAddress(end.address().bytes()), end.port());
          channels.add(ServerSocketChannel.open().bind(address));
          DatagramChannel datagrams = DatagramChannel.open().bind(address);
          channels.add(datagrams);
          return Thread.ofVirtual().start(() -> echo(datagrams));
        });
  }

  private static void echo(DatagramChannel channel) {
    ByteBuffer buffer = ByteBuffer.allocate(512);
    try {
      while (true) {
        SocketAddress client = channel.receive(buffer.clear());
        channel.send(buffer.flip(), client);
      }
    } catch (AsynchronousCloseException closed) {
      // the end of the test
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    for (Channel channel : channels) {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
