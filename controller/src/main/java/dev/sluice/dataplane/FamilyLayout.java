// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.AffinityKey4;
import dev.sluice.bpf.AffinityKey6;
import dev.sluice.bpf.Backend4;
import dev.sluice.bpf.Backend6;
import dev.sluice.bpf.Flow4;
import dev.sluice.bpf.Flow6;
import dev.sluice.bpf.FlowKey4;
import dev.sluice.bpf.FlowKey6;
import dev.sluice.bpf.Frontend4;
import dev.sluice.bpf.Frontend6;
import dev.sluice.bpf.MapNames;
import dev.sluice.bpf.SourceRange4;
import dev.sluice.bpf.SourceRange6;
import dev.sluice.model.IpFamily;

/**
 * Where the fields of a family's structs lie, in bytes, so that nothing is written once for IPv4
 * and again for IPv6. All numbers come from the generated classes.
 */
@SuppressWarnings("ImmutableEnumChecker") // records of ints, which the checker does not look into
enum FamilyLayout {
  V4(
      IpFamily.IPV4,
      MapNames.SERVICE4,
      MapNames.BACKEND4,
      MapNames.FLOW4,
      MapNames.EMBRYO4,
      MapNames.SOURCE_RANGE4,
      MapNames.AFFINITY4,
      new FrontendFields(Frontend4.SIZE, Frontend4.PORT_OFFSET, Frontend4.PROTOCOL_OFFSET),
      new BackendFields(
          Backend4.SIZE,
          Backend4.PORT_OFFSET,
          Backend4.FLAGS_OFFSET,
          Backend4.PROTOCOL_OFFSET,
          Backend4.GENERATION_OFFSET,
          Backend4.SERVICE_OFFSET),
      new KeyFields(
          FlowKey4.SIZE,
          FlowKey4.DESTINATION_OFFSET,
          FlowKey4.SOURCE_PORT_OFFSET,
          FlowKey4.DESTINATION_PORT_OFFSET,
          FlowKey4.PROTOCOL_OFFSET),
      new FlowFields(
          Flow4.SIZE,
          Flow4.CREATED_OFFSET,
          Flow4.SOURCE_OFFSET,
          Flow4.DESTINATION_OFFSET,
          Flow4.SOURCE_PORT_OFFSET,
          Flow4.DESTINATION_PORT_OFFSET,
          Flow4.APPLY_OFFSET,
          Flow4.DIRECTION_OFFSET,
          Flow4.SEEN_OFFSET,
          Flow4.LAST_SEEN_OFFSET,
          Flow4.BACKEND_OFFSET,
          Flow4.GENERATION_OFFSET,
          Flow4.DEVICE_OFFSET),
      new SourceFields(
          SourceRange4.SIZE,
          SourceRange4.PREFIX_LENGTH_OFFSET,
          SourceRange4.SERVICE_OFFSET,
          SourceRange4.ADDRESS_OFFSET),
      new ClientFields(AffinityKey4.SIZE, AffinityKey4.SERVICE_OFFSET)),
  V6(
      IpFamily.IPV6,
      MapNames.SERVICE6,
      MapNames.BACKEND6,
      MapNames.FLOW6,
      MapNames.EMBRYO6,
      MapNames.SOURCE_RANGE6,
      MapNames.AFFINITY6,
      new FrontendFields(Frontend6.SIZE, Frontend6.PORT_OFFSET, Frontend6.PROTOCOL_OFFSET),
      new BackendFields(
          Backend6.SIZE,
          Backend6.PORT_OFFSET,
          Backend6.FLAGS_OFFSET,
          Backend6.PROTOCOL_OFFSET,
          Backend6.GENERATION_OFFSET,
          Backend6.SERVICE_OFFSET),
      new KeyFields(
          FlowKey6.SIZE,
          FlowKey6.DESTINATION_OFFSET,
          FlowKey6.SOURCE_PORT_OFFSET,
          FlowKey6.DESTINATION_PORT_OFFSET,
          FlowKey6.PROTOCOL_OFFSET),
      new FlowFields(
          Flow6.SIZE,
          Flow6.CREATED_OFFSET,
          Flow6.SOURCE_OFFSET,
          Flow6.DESTINATION_OFFSET,
          Flow6.SOURCE_PORT_OFFSET,
          Flow6.DESTINATION_PORT_OFFSET,
          Flow6.APPLY_OFFSET,
          Flow6.DIRECTION_OFFSET,
          Flow6.SEEN_OFFSET,
          Flow6.LAST_SEEN_OFFSET,
          Flow6.BACKEND_OFFSET,
          Flow6.GENERATION_OFFSET,
          Flow6.DEVICE_OFFSET),
      new SourceFields(
          SourceRange6.SIZE,
          SourceRange6.PREFIX_LENGTH_OFFSET,
          SourceRange6.SERVICE_OFFSET,
          SourceRange6.ADDRESS_OFFSET),
      new ClientFields(AffinityKey6.SIZE, AffinityKey6.SERVICE_OFFSET));

  /** struct frontend; the address is at 0. */
  record FrontendFields(int size, int port, int protocol) {}

  /** struct backend; the address is at 0. */
  record BackendFields(int size, int port, int flags, int protocol, int generation, int service) {}

  /** struct flow_key; the source address is at 0. */
  record KeyFields(int size, int destination, int sourcePort, int destinationPort, int protocol) {}

  /** struct flow. */
  record FlowFields(
      int size,
      int created,
      int source,
      int destination,
      int sourcePort,
      int destinationPort,
      int apply,
      int direction,
      int seen,
      int lastSeen,
      int backend,
      int generation,
      int device) {}

  /** struct source_range; the prefix counts from the service's 32 bits on. */
  record SourceFields(int size, int prefixLength, int service, int address) {}

  /** struct affinity_key; the client's address is at 0. */
  record ClientFields(int size, int service) {}

  final IpFamily family;
  final String serviceMap;
  final String backendMap;
  final String flowMap;
  final String embryoMap;
  final String sourceRangeMap;
  final String affinityMap;
  final FrontendFields frontend;
  final BackendFields backend;
  final KeyFields key;
  final FlowFields flow;
  final SourceFields source;
  final ClientFields client;

  FamilyLayout(
      IpFamily family,
      String serviceMap,
      String backendMap,
      String flowMap,
      String embryoMap,
      String sourceRangeMap,
      String affinityMap,
      FrontendFields frontend,
      BackendFields backend,
      KeyFields key,
      FlowFields flow,
      SourceFields source,
      ClientFields client) {
    this.family = family;
    this.serviceMap = serviceMap;
    this.backendMap = backendMap;
    this.flowMap = flowMap;
    this.embryoMap = embryoMap;
    this.sourceRangeMap = sourceRangeMap;
    this.affinityMap = affinityMap;
    this.frontend = frontend;
    this.backend = backend;
    this.key = key;
    this.flow = flow;
    this.source = source;
    this.client = client;
  }

  static FamilyLayout of(IpFamily family) {
    return switch (family) {
      case IPV4 -> V4;
      case IPV6 -> V6;
    };
  }
}
