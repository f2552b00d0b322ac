// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.attach.AttachedDevice;
import dev.sluice.attach.DeviceAttachments;
import dev.sluice.bpf.Hook;
import dev.sluice.bpf.Pressure;
import dev.sluice.bpf.Reason;
import dev.sluice.dataplane.CollectionResult;
import dev.sluice.dataplane.Counters;
import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.TableFill;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A running agent's.
 *
 * @param counters read by system calls, a few hundred for a scrape
 */
record AgentReadings(
    Dataplane dataplane,
    Counters counters,
    DeviceAttachments attachments,
    Services services,
    Maintenance maintenance,
    StaleSockets stale)
    implements Readings {

  @Override
  public Map<Hook, Map<Reason, Long>> verdicts() {
    return counters.verdicts();
  }

  @Override
  public Map<Pressure, Long> pressure() {
    return counters.pressure();
  }

  @Override
  public List<TableFill> tables() {
    return dataplane.fills(maintenance.lastCollection());
  }

  @Override
  public CollectionResult flows() {
    return maintenance.lastCollection();
  }

  @Override
  public long deletedFlowEntries() {
    return maintenance.deletedEntries();
  }

  @Override
  public AgentStatus.StaleSocketStatus staleSockets() {
    return stale.status();
  }

  @Override
  public Map<String, Integer> devices() {
    List<AttachedDevice> attached = attachments.attached();
    long xdp =
        attached.stream()
            .filter(device -> attachments.xdp(device.interfaceIndex()).attached())
            .count();
    String tc = attachments.mode().name().toLowerCase(Locale.ROOT);
    return Map.of(tc, attached.size(), "xdp", Math.toIntExact(xdp));
  }

  @Override
  public boolean synced() {
    return services.installed();
  }

  @Override
  public int problems() {
    return services.problems().size() + attachments.failures().size();
  }
}
