// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ThreadLocalRandom;

/** Asks a name server one question by TCP. */
final class DnsTcpClient {
  private static final int IDS = 1 << 16;

  private DnsTcpClient() {}

  static DnsAnswer ask(Target server, DnsQuestion question) throws IOException {
    int id = ThreadLocalRandom.current().nextInt(IDS);
    try (SocketChannel channel = SocketChannel.open(server.socket().family())) {
      int timeoutMillis = Math.toIntExact(server.timeout().toMillis());
      Socket socket = channel.socket();
      socket.connect(server.socketAddress(), timeoutMillis);
      socket.setSoTimeout(timeoutMillis);
      byte[] query = question.query(id);
      ByteBuffer framed = ByteBuffer.allocate(Short.BYTES + query.length);
      framed.putShort((short) query.length).put(query);
      socket.getOutputStream().write(framed.array());
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] message = new byte[in.readUnsignedShort()];
      in.readFully(message);
      DnsAnswer answer = DnsAnswer.parse(ByteBuffer.wrap(message));
      if (answer.id() != id || !answer.name().equals(question.name())) {
        throw new CorruptedException("the answer to another question: " + answer);
      }
      return answer;
    }
  }
}
