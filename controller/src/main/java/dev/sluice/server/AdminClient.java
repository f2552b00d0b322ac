// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Asks a running agent on its admin socket. */
public final class AdminClient {
  /** The member of an answer that says why there is none. */
  static final String ERROR = "error";

  /** The member that says that the fault is the question's. */
  static final String WRONG_QUESTION = "wrongQuestion";

  private static final ObjectMapper JSON = new ObjectMapper();

  private AdminClient() {}

  /**
   * The answer, or nothing if no agent listens there.
   *
   * @throws IllegalStateException if the agent cannot answer; the message is the agent's
   * @throws IllegalArgumentException if the question is wrong; the message is the agent's
   */
  public static Optional<JsonNode> ask(Path socket, String question) {
    if (!Files.exists(socket)) {
      return Optional.empty();
    }
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      ByteBuffer line = ByteBuffer.wrap((question + "\n").getBytes(StandardCharsets.UTF_8));
      while (line.hasRemaining()) {
        channel.write(line);
      }
      channel.shutdownOutput();
      JsonNode answer = JSON.readTree(Channels.newInputStream(channel));
      if (answer.has(WRONG_QUESTION)) {
        throw new IllegalArgumentException(answer.get(ERROR).asText());
      }
      if (answer.has(ERROR)) {
        throw new IllegalStateException(answer.get(ERROR).asText());
      }
      return answer.isMissingNode() ? Optional.empty() : Optional.of(answer);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Whether somebody listens. */
  public static boolean isAnswered(Path socket) {
    if (!Files.exists(socket)) {
      return false;
    }
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return channel.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
