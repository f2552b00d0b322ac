// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers questions on a Unix socket: one line in, a word and perhaps an argument behind a space;
 * one JSON document out, without what is null. The socket is also the instance's lock, as only one
 * agent can listen on it. Nobody but the agent's own user, root, can connect to it.
 */
public final class AdminServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
          .build();

  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> SOCKET =
      PosixFilePermissions.fromString("rw-------");

  private final Path path;
  private final ServerSocketChannel server;
  private final Map<String, Function<String, ?>> answers;

  private AdminServer(
      Path path, ServerSocketChannel server, Map<String, Function<String, ?>> answers) {
    this.path = path;
    this.server = server;
    this.answers = Map.copyOf(answers);
  }

  /**
   * Listens.
   *
   * @param answers for each word what makes its answer from the argument, which may be ""
   * @throws IllegalStateException if another agent listens there
   */
  public static AdminServer open(Path path, Map<String, Function<String, ?>> answers) {
    if (AdminClient.isAnswered(path)) {
      throw new IllegalStateException(
          "another agent of this instance is running (it answers on "
              + path
              + "): stop it, or give this one another --instance");
    }
    try {
      // Nobody else can come in before the socket's own mode is set.
      Files.createDirectories(path.getParent(), PosixFilePermissions.asFileAttribute(DIRECTORY));
      Files.deleteIfExists(path);
      ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(path));
      Files.setPosixFilePermissions(path, SOCKET);
      AdminServer admin = new AdminServer(path, server, answers);
      Thread.ofVirtual().name("admin").start(admin::serve);
      return admin;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + path, e);
    }
  }

  private void serve() {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        Thread.ofVirtual().start(() -> answer(client));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.warn("admin socket: {}", e.toString());
      }
    }
  }

  private void answer(SocketChannel client) {
    try (client;
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(Channels.newInputStream(client), StandardCharsets.UTF_8));
        OutputStream output = Channels.newOutputStream(client)) {
      output.write(JSON.writeValueAsBytes(answer(reader.readLine())));
    } catch (IOException e) {
      LOG.debug("admin socket: {}", e.toString());
    }
  }

  private Object answer(String line) {
    String[] parts = (line == null ? "" : line).split(" ", 2);
    Function<String, ?> answer = answers.get(parts[0]);
    if (answer == null) {
      return Map.of(AdminClient.ERROR, "this agent does not know '" + parts[0] + "'");
    }
    try {
      return answer.apply(parts.length == 1 ? "" : parts[1]);
    } catch (IllegalArgumentException e) {
      return Map.of(
          AdminClient.ERROR, String.valueOf(e.getMessage()), AdminClient.WRONG_QUESTION, true);
    } catch (RuntimeException e) {
      LOG.debug("no answer to {}", line, e);
      return Map.of(AdminClient.ERROR, String.valueOf(e.getMessage()));
    }
  }

  /** Stops listening and removes the socket. */
  @Override
  public void close() {
    try {
      server.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.warn("cannot close {}: {}", path, e.toString());
    }
  }
}
