// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The test's end of a {@link ControlServer}. */
final class ControlSocket {
  private final String host;
  private final Path path;

  ControlSocket(String host, Path path) {
    this.host = host;
    this.path = path;
  }

  /**
   * Sends a command and waits for its answer; throws {@link ProbeException} if that is an error.
   */
  Fields ask(Fields request, Duration timeout) {
    FutureTask<Fields> task = new FutureTask<>(() -> exchange(request));
    Thread thread = Thread.ofVirtual().start(task);
    try {
      Fields answer = task.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (answer.has("error")) {
        throw new ProbeException(
            "%s: %s: %s".formatted(host, describe(request), answer.text("error")),
            Failure.valueOf(answer.text("failure")));
      }
      return answer;
    } catch (TimeoutException hung) {
      thread.interrupt();
      throw new ProbeException(
          "%s: %s: no result within %s".formatted(host, describe(request), timeout),
          Failure.TIMED_OUT);
    } catch (ExecutionException failure) {
      throw new LabException(
          "%s: its process does not answer: %s".formatted(host, failure.getCause()), failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", interrupted);
    }
  }

  private Fields exchange(Fields request) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(path));
      Channels.newOutputStream(channel).write((request + "\n").getBytes(StandardCharsets.US_ASCII));
      return Fields.parse(Lines.read(new BufferedInputStream(Channels.newInputStream(channel))));
    }
  }

  private static String describe(Fields request) {
    String target = request.has("address") ? " " + Target.of(request) : "";
    return request.text("command") + target;
  }
}
