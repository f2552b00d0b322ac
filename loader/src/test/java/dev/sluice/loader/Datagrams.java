// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;

/** UDP packets from the network namespace of the calling thread. */
final class Datagrams {
  private static final int PORT = 4711;

  private Datagrams() {}

  static void send(String address, int count) {
    try (DatagramSocket socket = new DatagramSocket()) {
      InetAddress target = InetAddress.getByName(address);
      for (int index = 0; index < count; index++) {
        socket.send(new DatagramPacket(new byte[8], 8, target, PORT));
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
