// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

import dev.sluice.node.PrivateNamespace;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** A virtual Ethernet device; the other one of the pair is the wire. */
public final class VethPlug implements Plug {
  /** Length of an Ethernet header in bytes. */
  public static final int HEADER = 14;

  /**
   * The MAC address that frames on every wire come from. It is not that of the wire's device, whose
   * stack would else take the frames for its own.
   */
  public static final String FAR = "02:00:00:00:00:02";

  /** The MAC address of the device, to which frames come. */
  public static final String NEAR = "02:00:00:00:00:01";

  /** The MAC address of neighbours, so that what is sent to one is told from what is sent back. */
  public static final String NEIGHBOUR = "02:00:00:00:00:03";

  private static final byte[] NEAR_BYTES = {2, 0, 0, 0, 0, 1};
  private static final byte[] FAR_BYTES = {2, 0, 0, 0, 0, 2};
  private static final byte[] NEIGHBOUR_BYTES = {2, 0, 0, 0, 0, 3};

  private final int index;
  private final PacketSocket wire;
  private final PacketSocket host;

  private VethPlug(int index, PacketSocket wire, PacketSocket host) {
    this.index = index;
    this.wire = wire;
    this.host = host;
  }

  public static VethPlug create(PrivateNamespace namespace, String name) {
    String wire = name + "-wire";
    namespace.run("ip link add " + name + " address " + NEAR + " type veth peer name " + wire);
    Plug.setSysctl(namespace, "ipv6/conf/" + wire + "/disable_ipv6", 1);
    for (String device : new String[] {name, wire}) {
      namespace.run("ip link set " + device + " addrgenmode none");
      namespace.run("ip link set " + device + " up");
    }
    int index = Plug.index(namespace, name);
    int wireIndex = Plug.index(namespace, wire);
    return namespace.call(
        () ->
            new VethPlug(
                index, PacketSocket.receiving(wireIndex), PacketSocket.sendingOnly(index)));
  }

  /** The frame of a packet that somebody on the wire sends to the device. */
  public static byte[] incoming(Sent packet) {
    return frame(NEAR_BYTES, FAR_BYTES, packet);
  }

  /** Whether a link header goes to where {@link #incoming} frames come from, and from us. */
  public static boolean goesBack(byte[] link) {
    return goesTo(FAR_BYTES, link);
  }

  /** Whether a link header goes to a neighbour, and from us. */
  public static boolean goesToNeighbour(byte[] link) {
    return goesTo(NEIGHBOUR_BYTES, link);
  }

  private static boolean goesTo(byte[] address, byte[] link) {
    return Arrays.equals(link, 0, 6, address, 0, 6) && Arrays.equals(link, 6, 12, NEAR_BYTES, 0, 6);
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public int linkHeaderLength() {
    return HEADER;
  }

  @Override
  public void receive(Sent packet) {
    wire.send(packet.etherType(), incoming(packet));
  }

  @Override
  public void transmit(Sent packet) {
    host.send(packet.etherType(), frame(FAR_BYTES, NEAR_BYTES, packet));
  }

  @Override
  public Optional<Seen> seen() {
    while (true) {
      Optional<byte[]> frame = wire.receive();
      if (frame.isEmpty()) {
        return Optional.empty();
      }
      byte[] link = Arrays.copyOf(frame.get(), HEADER);
      byte[] bytes = Arrays.copyOfRange(frame.get(), HEADER, frame.get().length);
      if (!Plug.isMulticast6(Short.toUnsignedInt(ByteBuffer.wrap(link).getShort(12)), bytes)) {
        return Optional.of(new Seen(link, bytes));
      }
    }
  }

  @Override
  public void close() {
    wire.close();
    host.close();
  }

  private static byte[] frame(byte[] to, byte[] from, Sent packet) {
    return ByteBuffer.allocate(HEADER + packet.bytes().length)
        .put(to)
        .put(from)
        .putShort((short) packet.etherType())
        .put(packet.bytes())
        .array();
  }
}
