// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Collection;
import dev.sluice.loader.BpfProgram;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Lets the program {@code collect} walk the tables in the kernel. */
final class KernelFlowCollector implements FlowCollector {
  private final BpfProgram program;
  private final KernelClock clock;

  KernelFlowCollector(BpfProgram program, KernelClock clock) {
    this.program = program;
    this.clock = clock;
  }

  @Override
  public CollectionResult collect(FlowTimeouts timeouts) {
    try (Arena arena = Arena.ofConfined()) {
      Collection order = Collection.allocate(arena);
      order.establishedTimeout(clock.stamps(timeouts.established()));
      order.halfClosedTimeout(clock.stamps(timeouts.halfClosed()));
      order.closedTimeout(clock.stamps(timeouts.closed()));
      order.udpTimeout(clock.stamps(timeouts.udp()));
      order.embryoTimeout(clock.stamps(timeouts.embryo()));
      order.unansweredUdpTimeout(clock.stamps(timeouts.unansweredUdp()));
      Collection answer =
          new Collection()
              .wrap(
                  MemorySegment.ofArray(
                      program.testRun().context(order.memory()).run().contextOut()));
      return new CollectionResult(
          answer.live(), answer.embryos(), answer.deleted(), answer.orphans());
    }
  }
}
