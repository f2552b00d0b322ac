// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import me.bechberger.ebpf.bpf.raw.__sk_buff;

/**
 * The {@code struct __sk_buff} of a tc test run. Only fields that the kernel lets a caller set have
 * setters (net/bpf/test_run.c). The protocol cannot be set: it is read from the frame's Ethernet
 * header.
 */
public final class SkbContext {
  private static final int CONTROL_WORDS = 5;

  private final MemorySegment memory;

  private SkbContext(MemorySegment memory) {
    this.memory = memory;
  }

  /** A context with every field zero. */
  public static SkbContext create() {
    return new SkbContext(MemorySegment.ofArray(new byte[(int) __sk_buff.sizeof()]));
  }

  /** Reads the context that a run returned. */
  public static SkbContext of(TestResult result) {
    byte[] bytes = new byte[Math.max((int) __sk_buff.sizeof(), result.contextOut().length)];
    System.arraycopy(result.contextOut(), 0, bytes, 0, result.contextOut().length);
    return new SkbContext(MemorySegment.ofArray(bytes));
  }

  public MemorySegment memory() {
    return memory;
  }

  /** The device of the run: one of the calling thread's network namespace (default: loopback). */
  public SkbContext interfaceIndex(int value) {
    return set(__sk_buff.ifindex$offset(), value);
  }

  public int interfaceIndex() {
    return get(__sk_buff.ifindex$offset());
  }

  /** The device the packet came in by. */
  public SkbContext ingressInterfaceIndex(int value) {
    return set(__sk_buff.ingress_ifindex$offset(), value);
  }

  public int ingressInterfaceIndex() {
    return get(__sk_buff.ingress_ifindex$offset());
  }

  /** The packet mark. */
  public SkbContext mark(int value) {
    return set(__sk_buff.mark$offset(), value);
  }

  public int mark() {
    return get(__sk_buff.mark$offset());
  }

  public SkbContext priority(int value) {
    return set(__sk_buff.priority$offset(), value);
  }

  public int priority() {
    return get(__sk_buff.priority$offset());
  }

  /**
   * Makes the packet a super-packet.
   *
   * @param size bytes of payload in each of its segments but the last
   * @param count how many segments; 0 as the kernel leaves it for a virtual machine's super-packets
   */
  public SkbContext segments(int size, int count) {
    return set(__sk_buff.gso_size$offset(), size).set(__sk_buff.gso_segs$offset(), count);
  }

  /** One of the five words of the control block, {@code cb[0]} to {@code cb[4]}. */
  public SkbContext controlWord(int index, int value) {
    return set(controlOffset(index), value);
  }

  public int controlWord(int index) {
    return get(controlOffset(index));
  }

  private static long controlOffset(int index) {
    return __sk_buff.cb$offset()
        + (long) java.util.Objects.checkIndex(index, CONTROL_WORDS) * Integer.BYTES;
  }

  private SkbContext set(long offset, int value) {
    memory.set(ValueLayout.JAVA_INT_UNALIGNED, offset, value);
    return this;
  }

  private int get(long offset) {
    return memory.get(ValueLayout.JAVA_INT_UNALIGNED, offset);
  }
}
