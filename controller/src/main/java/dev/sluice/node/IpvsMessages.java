// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * The messages of the generic netlink families {@code nlctrl} (linux/genetlink.h) and {@code IPVS}
 * (linux/ip_vs.h; its version is 1). Ports and addresses are in network order, everything else in
 * the host's.
 */
final class IpvsMessages {
  /** GENL_ID_CTRL, which is also the type of its answers. */
  static final int CONTROLLER = 16;

  private static final int GET_FAMILY = 3;
  private static final int FAMILY_ID = 1;
  private static final int FAMILY_NAME = 2;
  private static final String NAME = "IPVS";

  private static final int DELETE_SERVICE = 3;
  private static final int GET_SERVICE = 4;
  private static final int SERVICE = 1;
  private static final int SERVICE_FAMILY = 1;
  private static final int SERVICE_PROTOCOL = 2;
  private static final int SERVICE_ADDRESS = 3;
  private static final int SERVICE_PORT = 4;
  private static final int SERVICE_MARK = 5;

  private static final int VERSION = 1;

  /** {@code struct genlmsghdr}: command, version, and two bytes that are reserved. */
  private static final int GENERIC_HEADER = 4;

  /** {@code union nf_inet_addr}: an IPv4 address is in its first 4 bytes. */
  private static final int ADDRESS_LENGTH = 16;

  private IpvsMessages() {}

  /** Asks for the number of the family, which is that of the boot. */
  static byte[] getFamily(int sequence) {
    return writer(CONTROLLER, NetlinkRequests.FLAG_REQUEST, sequence, GET_FAMILY)
        .attributeString(FAMILY_NAME, NAME)
        .toBytes();
  }

  /** The answer's number. */
  static int family(ByteBuffer answer) {
    int[] id = new int[1];
    NetlinkReader.attributes(
        behindHeader(answer),
        (type, value) -> {
          if (type == FAMILY_ID) {
            id[0] = Short.toUnsignedInt(number(value, Short.BYTES).getShort());
          }
        });
    if (id[0] == 0) {
      throw new NodeException("generic netlink knows IPVS, but not its number");
    }
    return id[0];
  }

  static byte[] listServices(int family, int sequence) {
    return writer(
            family, NetlinkRequests.FLAG_REQUEST | NetlinkRequests.FLAG_DUMP, sequence, GET_SERVICE)
        .toBytes();
  }

  /** A message of the dump; empty if it is not about a virtual server. */
  static Optional<VirtualServer> service(ByteBuffer message) {
    ServiceReader reader = new ServiceReader();
    NetlinkReader.attributes(
        behindHeader(message),
        (type, value) -> {
          if (type == SERVICE) {
            NetlinkReader.attributes(value, reader::read);
          }
        });
    return reader.result();
  }

  static byte[] deleteService(int family, VirtualServer server, int sequence) {
    NetlinkWriter writer =
        writer(
            family,
            NetlinkRequests.FLAG_REQUEST | NetlinkRequests.FLAG_ACKNOWLEDGE,
            sequence,
            DELETE_SERVICE);
    int nested = writer.begin(SERVICE);
    writer.attribute(SERVICE_FAMILY, shortBytes(server.family().number(), ByteOrder.nativeOrder()));
    if (server.address().isEmpty()) {
      writer.attributeInt(SERVICE_MARK, server.mark());
    } else {
      byte[] address = Arrays.copyOf(server.address().get().getAddress(), ADDRESS_LENGTH);
      writer
          .attribute(SERVICE_PROTOCOL, shortBytes(server.protocol(), ByteOrder.nativeOrder()))
          .attribute(SERVICE_ADDRESS, address)
          .attribute(SERVICE_PORT, shortBytes(server.port(), ByteOrder.BIG_ENDIAN));
    }
    return writer.end(nested).toBytes();
  }

  private static NetlinkWriter writer(int type, int flags, int sequence, int command) {
    return new NetlinkWriter(128, type, flags, sequence)
        .fixed((byte) command, (byte) VERSION, (byte) 0, (byte) 0);
  }

  private static byte[] shortBytes(int value, ByteOrder order) {
    return ByteBuffer.allocate(Short.BYTES).order(order).putShort((short) value).array();
  }

  private static ByteBuffer behindHeader(ByteBuffer message) {
    number(message, GENERIC_HEADER);
    return message.slice(GENERIC_HEADER, message.remaining() - GENERIC_HEADER);
  }

  /** {@code value}, in native byte order, if it is long enough. */
  private static ByteBuffer number(ByteBuffer value, int length) {
    if (value.remaining() < length) {
      throw new NodeException("a number of %d bytes in %d".formatted(length, value.remaining()));
    }
    return value.order(ByteOrder.nativeOrder());
  }

  /** Collects what tells a virtual server from others. */
  private static final class ServiceReader {
    private int family;
    private int protocol;
    private int port;
    private int mark;
    private byte[] address = new byte[0];

    private void read(int type, ByteBuffer value) {
      switch (type) {
        case SERVICE_FAMILY -> family = number(value, Short.BYTES).getShort();
        case SERVICE_PROTOCOL -> protocol = number(value, Short.BYTES).getShort();
        case SERVICE_ADDRESS -> address = NetlinkReader.bytes(value);
        case SERVICE_PORT ->
            port =
                Short.toUnsignedInt(
                    number(value, Short.BYTES).order(ByteOrder.BIG_ENDIAN).getShort());
        case SERVICE_MARK -> mark = number(value, Integer.BYTES).getInt();
        default -> {
          // The scheduler, flags and statistics.
        }
      }
    }

    private Optional<VirtualServer> result() {
      for (AddressFamily known : AddressFamily.values()) {
        if (known.number() == family) {
          return Optional.of(
              new VirtualServer(
                  known,
                  protocol,
                  mark == 0 ? Optional.of(inet(known)) : Optional.empty(),
                  port,
                  mark));
        }
      }
      return Optional.empty();
    }

    private InetAddress inet(AddressFamily known) {
      int length = known.bits() / Byte.SIZE;
      if (address.length < length) {
        throw new NodeException("an IPVS address of %d bytes".formatted(address.length));
      }
      try {
        return InetAddress.getByAddress(Arrays.copyOf(address, length));
      } catch (UnknownHostException e) {
        throw new NodeException("an IPVS address of %d bytes".formatted(length), e);
      }
    }
  }
}
