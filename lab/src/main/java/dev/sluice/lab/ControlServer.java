// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Answers one command per connection to a Unix socket. Unlike standard input, that can be reached
 * from later processes (the lab outlives {@code run.sh up}), and several commands run at once.
 */
final class ControlServer {
  private final ProbeCommands commands;

  ControlServer(ProbeCommands commands) {
    this.commands = commands;
  }

  void serve(Path path) throws IOException {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(path));
      while (true) {
        SocketChannel channel = server.accept();
        Thread.ofVirtual().start(() -> answer(channel));
      }
    }
  }

  private void answer(SocketChannel channel) {
    try (channel) {
      InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
      Fields answer = run(Fields.parse(Lines.read(in)));
      Channels.newOutputStream(channel).write((answer + "\n").getBytes(StandardCharsets.US_ASCII));
    } catch (IOException testWentAway) {
      // Nobody is left to be told.
    }
  }

  private Fields run(Fields request) {
    try {
      return commands.run(request);
    } catch (IOException failure) {
      return Fields.of("error", failure.toString()).with("failure", Failure.of(failure));
    } catch (RuntimeException failure) {
      return Fields.of("error", failure.toString()).with("failure", Failure.OTHER);
    }
  }
}
