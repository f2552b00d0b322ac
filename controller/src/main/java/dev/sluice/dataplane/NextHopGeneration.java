// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.sluice.bpf.MapNames;
import dev.sluice.bpf.NextHopState;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The number that tells the programs whether a next hop they have cached in a flow is still what
 * the kernel would say. A cached next hop counts only with the generation it was found in.
 */
public final class NextHopGeneration {
  private static final VarHandle WORD = JAVA_INT.varHandle();

  /** Stands for a next hop that was never looked up. */
  private static final int NEVER = 0;

  private final MemorySegment state;

  public NextHopGeneration(LoadedObjects objects) {
    state = objects.mapped(MapNames.NEXT_HOP_STATE).element(0);
  }

  /** Makes every flow ask the kernel once more. Any thread may call it, at any time. */
  public synchronized void advance() {
    int next = current() + 1;
    WORD.setRelease(state, NextHopState.GENERATION_OFFSET, next == NEVER ? next + 1 : next);
  }

  int current() {
    return (int) WORD.getAcquire(state, NextHopState.GENERATION_OFFSET);
  }
}
