// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client's connection: its requests are answered one after the other. */
final class HttpConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
  /** On one port; a connection above that is closed at once. */
  static final int AT_MOST = 128;

  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

  /** From one complete request, or the beginning, to the next, however slowly bytes trickle. */
  private static final long PATIENCE_SECONDS = 60;

  private final HttpAnswers answers;
  private final Executor executor;
  private Future<?> deadline;

  HttpConnection(HttpAnswers answers, Executor executor) {
    this.answers = answers;
    this.executor = executor;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    startDeadline(context);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    deadline.cancel(false);
  }

  private void startDeadline(ChannelHandlerContext context) {
    if (deadline != null) {
      deadline.cancel(false);
    }
    deadline =
        context.executor().schedule(() -> close(context), PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    startDeadline(context);
    if (request.decoderResult().isFailure()) {
      refuse(context, request.decoderResult().cause());
      return;
    }
    boolean head = request.method().equals(HttpMethod.HEAD);
    HttpQuestion question = question(request);
    // Of a client that asks twice without waiting, the second request waits.
    context.channel().config().setAutoRead(false);
    try {
      executor.execute(() -> write(context, answer(question), head));
    } catch (RejectedExecutionException e) {
      LOG.debug("too busy for {}", question, e);
      write(context, HttpAnswer.text(503, "too many requests at a time\n"), head);
      close(context); // answers to earlier requests may be on their way, and order is all there is
    }
  }

  private static HttpQuestion question(FullHttpRequest request) {
    String uri = request.uri();
    int mark = uri.indexOf('?');
    return new HttpQuestion(
        request.method().name(),
        mark < 0 ? uri : uri.substring(0, mark),
        mark < 0 ? "" : uri.substring(mark + 1));
  }

  private HttpAnswer answer(HttpQuestion question) {
    try {
      return answers.answer(question);
    } catch (RuntimeException e) {
      LOG.warn("{} {} cannot be answered", question.method(), question.path(), e);
      return HttpAnswer.text(500, "500 internal server error\n");
    }
  }

  private static void write(ChannelHandlerContext context, HttpAnswer answer, boolean head) {
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    ByteBuf body = head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(bytes);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()), body);
    answer.headers().forEach((name, value) -> response.headers().set(name, value));
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, bytes.length);
    var unused =
        context
            .writeAndFlush(response)
            .addListener(ChannelFutureListener.CLOSE_ON_FAILURE)
            .addListener(done -> context.channel().config().setAutoRead(true));
  }

  /** In Go's words, and it ends the connection, as what follows cannot be told apart. */
  private static void refuse(ChannelHandlerContext context, Throwable cause) {
    HttpResponseStatus status =
        cause instanceof TooLongFrameException
            ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            : HttpResponseStatus.BAD_REQUEST;
    ByteBuf body = Unpooled.copiedBuffer(status.toString(), StandardCharsets.UTF_8);
    FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
    response.headers().set(HttpHeaderNames.CONNECTION, "close");
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
    var unused = context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("{}: {}", context.channel().remoteAddress(), cause.toString());
    close(context);
  }

  private static void close(ChannelHandlerContext context) {
    var unused = context.close();
  }
}
