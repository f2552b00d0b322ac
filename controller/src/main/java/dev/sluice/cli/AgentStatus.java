// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.dataplane.CollectionResult;
import dev.sluice.dataplane.Occupancy;
import java.util.List;
import java.util.Map;

/**
 * What {@code sluice status} shows.
 *
 * @param localTraffic how pods are told from clients outside
 * @param source where Services come from
 * @param devices with programs
 * @param problems what is wrong and is somebody's to mend, a line each
 * @param verdicts packets and socket calls by hook and reason
 * @param pressure signals that tables are too small
 */
record AgentStatus(
    String version,
    String instance,
    String node,
    long pid,
    long uptimeSeconds,
    String attach,
    String socketHooks,
    String cgroup,
    String localTraffic,
    SourceInfo source,
    String kernel,
    List<String> fallbacks,
    List<DeviceStatus> devices,
    int services,
    Occupancy occupancy,
    CollectionResult flows,
    StaleSocketStatus staleSockets,
    List<String> problems,
    Map<String, Map<String, Long>> verdicts,
    Map<String, Long> pressure) {

  /**
   * Where Services come from.
   *
   * @param reads what is read
   * @param state whether it can be, and since when
   * @param lastEvent when it last told of a change, as ISO-8601; empty if it has not yet
   * @param synced whether its first full list is installed
   */
  record SourceInfo(String reads, String state, String lastEvent, boolean synced) {}

  /**
   * Connected UDP sockets whose backend was gone.
   *
   * @param searches how often they were looked for
   * @param undestroyed those that could not be, counted anew in each search
   * @param lastFailure of a search; empty if there was none
   */
  record StaleSocketStatus(long searches, long destroyed, long undestroyed, String lastFailure) {}

  /**
   * A device with programs.
   *
   * @param detected whether all that enters by it counts as pods' traffic
   * @param xdp {@code native} or {@code off}
   * @param xdpReason why an uplink has no XDP; else empty
   */
  record DeviceStatus(
      String name, String role, int linkHeader, boolean detected, String xdp, String xdpReason) {}

  /**
   * A Service port as {@code sluice services} shows it.
   *
   * @param frontends such as {@code NODE_PORT 10.0.0.1:30080}
   * @param backends such as {@code 10.1.1.2:80 local}
   */
  record PortStatus(
      String namespace,
      String name,
      String port,
      String protocol,
      String family,
      List<String> frontends,
      List<String> backends,
      long connections,
      long packets,
      long bytes) {}
}
