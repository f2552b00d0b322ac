// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.StaleSocket;
import dev.sluice.loader.BpfIterator;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the connected UDP sockets that a socket hook led to a backend which is gone by now. The
 * kernel walks the sockets that hooks have translated, and no others, wherever they are; so a
 * search costs what these cost, and nothing per network namespace. Use it from one thread.
 */
public final class StaleSocketFinder implements AutoCloseable {
  /** Where the kernel's {@code struct inet_diag_sockid} begins. */
  private static final int IDENTITY_OFFSET = StaleSocket.SOURCE_PORT_OFFSET;

  /**
   * A socket.
   *
   * @param namespace the inode number of its network namespace, as in {@code net:[NUMBER]}
   * @param family AF_INET (2) or AF_INET6 (10)
   * @param identity {@code struct inet_diag_sockid}
   */
  public record Found(long namespace, int family, ByteBuffer identity) {}

  private final BpfIterator iterator;

  /**
   * Loads its program.
   *
   * @param canMakeCookies whether an iterator can ask for a socket's cookie (kernel 5.12); without,
   *     a socket that has none yet is known by its addresses alone
   * @throws dev.sluice.loader.BpfException if the kernel cannot load it; it needs the kernel's type
   *     information (CONFIG_DEBUG_INFO_BTF)
   */
  public StaleSocketFinder(LoadedObjects objects, boolean canMakeCookies) {
    iterator =
        BpfIterator.attach(objects.staleSocketProgram(canMakeCookies), objects.map("socket_state"));
  }

  /** Finds all there are now. */
  public List<Found> find() {
    byte[] records = iterator.run();
    List<Found> sockets = new ArrayList<>();
    for (int start = 0; start < records.length; start += StaleSocket.SIZE) {
      MemorySegment one = MemorySegment.ofArray(records).asSlice(start, StaleSocket.SIZE);
      sockets.add(
          new Found(
              Integer.toUnsignedLong(Bytes.word(one, StaleSocket.NAMESPACE_NUMBER_OFFSET)),
              Bytes.word(one, StaleSocket.FAMILY_OFFSET),
              one.asSlice(IDENTITY_OFFSET).asByteBuffer()));
    }
    return sockets;
  }

  @Override
  public void close() {
    iterator.close();
  }
}
