// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpContentCompressor;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * HTTP/1.1 for few clients and small answers: one event loop, on native epoll where the machine's
 * architecture has it. Requests, connections and times are limited, so that nobody who can reach a
 * port can take the node's memory.
 */
public final class HttpServer implements AutoCloseable {
  private static final int LONGEST_LINE = 4096;
  private static final int LONGEST_HEADERS = 8192;
  private static final int LONGEST_BODY = 8192;
  private static final long CLOSE_MILLIS = 500;

  private final EventLoopGroup loop;
  private final Class<? extends ServerChannel> channelType;

  /** Its one thread belongs to the network namespace of the calling thread. */
  public HttpServer() {
    // For so few bytes, Netty need not make the JDK warn.
    System.setProperty("io.netty.noUnsafe", "true");
    ThreadFactory threads = new DefaultThreadFactory("http", true);
    boolean epoll = Epoll.isAvailable();
    loop = epoll ? new EpollEventLoopGroup(1, threads) : new NioEventLoopGroup(1, threads);
    channelType = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /** A port that is listened on. */
  public static final class Listener implements AutoCloseable {
    private final Channel channel;
    private final ChannelGroup connections;

    private Listener(Channel channel, ChannelGroup connections) {
      this.channel = channel;
      this.connections = connections;
    }

    public int port() {
      return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** Returns when the port is free; open connections end, too. */
    @Override
    public void close() {
      channel.close().awaitUninterruptibly();
      connections.close().awaitUninterruptibly();
    }
  }

  /**
   * Listens.
   *
   * @param executor where answers are made. The event loop itself ({@code Runnable::run}) is for
   *     those that wait for nothing. If it refuses, the answer is 503
   * @throws IOException if the port cannot be had; the message says why
   */
  public Listener listen(BindAddress address, HttpAnswers answers, Executor executor)
      throws IOException {
    if (!address.address().isUnspecified()) {
      return bind(address.socketAddress(), address, answers, executor);
    }
    try {
      return bind(new InetSocketAddress("::", address.port()), address, answers, executor);
    } catch (IOException both) {
      try {
        return bind(new InetSocketAddress("0.0.0.0", address.port()), address, answers, executor);
      } catch (IOException e) { // not for want of IPv6, then
        both.addSuppressed(e);
        throw both;
      }
    }
  }

  private Listener bind(
      InetSocketAddress socket, BindAddress address, HttpAnswers answers, Executor executor)
      throws IOException {
    ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop)
            .channel(channelType)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (connections.size() >= HttpConnection.AT_MOST) {
                      var unused = channel.close();
                      return;
                    }
                    connections.add(channel);
                    addHandlers(channel, new HttpConnection(answers, executor));
                  }
                })
            .bind(socket)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      String why = bound.cause().getMessage();
      throw new IOException("cannot listen on " + address + ": " + why, bound.cause());
    }
    return new Listener(bound.channel(), connections);
  }

  private static void addHandlers(Channel channel, HttpConnection connection) {
    channel
        .pipeline()
        .addLast(
            new HttpServerCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(LONGEST_LINE)
                    .setMaxHeaderSize(LONGEST_HEADERS)),
            new HttpServerKeepAliveHandler(),
            new HttpContentCompressor(),
            new HttpObjectAggregator(LONGEST_BODY),
            connection);
  }

  /** Ends all that still listens. */
  @Override
  public void close() {
    loop.shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(2 * CLOSE_MILLIS);
  }
}
