// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A TCP segment without data as an Ethernet frame. Its checksums are left out: programs update them
 * incrementally, and nobody receives it.
 */
record Frame(Socket from, Socket to, int flags) {
  static final int ACK = 0x10;
  static final int SYN = 0x02;

  private static final int ETHERNET = 14;
  private static final int TCP_HEADER = 20;
  private static final byte[] MAC_ADDRESSES = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};

  /** One end of a connection. */
  record Socket(IpAddress address, int port) {}

  /** The answer to a frame: from where it goes, to where it comes from. */
  static Frame answerTo(byte[] frame, int flags) {
    boolean ipv4 = frame[ETHERNET] >> 4 == 4;
    int addresses = ETHERNET + (ipv4 ? 12 : 8);
    int size = ipv4 ? 4 : 16;
    int ports = ETHERNET + (ipv4 ? 20 : 40);
    return new Frame(
        socket(frame, addresses + size, size, ports + 2),
        socket(frame, addresses, size, ports),
        flags);
  }

  private static Socket socket(byte[] frame, int address, int size, int port) {
    return new Socket(
        IpAddress.ofBytes(Arrays.copyOfRange(frame, address, address + size)),
        Short.toUnsignedInt(ByteBuffer.wrap(frame).getShort(port)));
  }

  byte[] bytes() {
    boolean ipv4 = to.address().family() == IpFamily.IPV4;
    int header = ipv4 ? 20 : 40;
    ByteBuffer frame = ByteBuffer.allocate(ETHERNET + header + TCP_HEADER);
    frame.put(MAC_ADDRESSES).putShort((short) (ipv4 ? 0x0800 : 0x86dd));
    byte protocol = (byte) Protocol.TCP.number();
    if (ipv4) {
      frame.putShort((short) 0x4500).putShort((short) (header + TCP_HEADER)).putInt(0);
      frame.put((byte) 64).put(protocol).putShort((short) 0);
    } else {
      frame.putInt(6 << 28).putShort((short) TCP_HEADER).put(protocol).put((byte) 64);
    }
    frame.put(from.address().bytes()).put(to.address().bytes());
    frame.putShort((short) from.port()).putShort((short) to.port());
    frame.putLong(0).putShort((short) (0x5000 | flags));
    return frame.array();
  }
}
