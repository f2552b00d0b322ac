// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

/**
 * Deletes dead flows and notes in the maps {@code vip_bits_used} and {@code reply_cells_used} what
 * of the filters the rest needs.
 */
interface FlowCollector {
  CollectionResult collect(FlowTimeouts timeouts);

  /** In the kernel where that can be (5.14), else from here. */
  static FlowCollector create(LoadedObjects objects) {
    KernelClock clock = objects.clock();
    return objects
        .collectProgram()
        .<FlowCollector>map(program -> new KernelFlowCollector(program, clock))
        .orElseGet(() -> new UserSpaceFlowCollector(objects, clock));
  }
}
