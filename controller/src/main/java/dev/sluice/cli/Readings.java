// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.bpf.Hook;
import dev.sluice.bpf.Pressure;
import dev.sluice.bpf.Reason;
import dev.sluice.dataplane.CollectionResult;
import dev.sluice.dataplane.TableFill;
import java.util.List;
import java.util.Map;

/** What a scrape reads of an agent. None of it may walk a table of flows. */
interface Readings {
  /** By hook and reason; reasons that never occurred may be left out. */
  Map<Hook, Map<Reason, Long>> verdicts();

  /** Signals that never occurred may be left out. */
  Map<Pressure, Long> pressure();

  List<TableFill> tables();

  /** What the last collection found. */
  CollectionResult flows();

  long deletedFlowEntries();

  AgentStatus.StaleSocketStatus staleSockets();

  /** Devices with programs: by {@code tcx}, {@code clsact} or {@code xdp}. */
  Map<String, Integer> devices();

  /** Whether the source's first full list is installed. */
  boolean synced();

  /** What is wrong and is somebody's to mend. */
  int problems();
}
