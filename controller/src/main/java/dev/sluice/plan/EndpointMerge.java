// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import dev.sluice.model.Endpoint;
import dev.sluice.model.EndpointSlice;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ServicePort;
import dev.sluice.model.SlicePort;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Merges the EndpointSlices of a Service into the endpoints of each of its ports.
 *
 * <p>Slice ports belong to the Service port of the same name and protocol, so backends of one port
 * may listen on different numbers. The same address and port in two slices is one endpoint: a copy
 * that is not terminating wins (a pod that got the address of one which is still ending), then one
 * that is ready, then the one in the slice whose name sorts first.
 */
final class EndpointMerge {
  private static final Comparator<MergedEndpoint> WINNER_FIRST =
      Comparator.comparing(MergedEndpoint::terminating)
          .thenComparing(endpoint -> !endpoint.ready())
          .thenComparing(endpoint -> !endpoint.serving());

  private final NodeFacts node;
  private final List<ReadSlice> slices;

  private record ReadSlice(IpFamily family, List<SlicePort> ports, List<ReadEndpoint> endpoints) {}

  private record ReadEndpoint(IpAddress address, Endpoint endpoint) {}

  /** Reads the slices' addresses once for all ports. */
  EndpointMerge(NodeFacts node, List<EndpointSlice> slices, Notes notes) {
    this.node = node;
    this.slices =
        slices.stream()
            .filter(slice -> !slice.headless())
            .map(slice -> new ReadSlice(slice.family(), slice.ports(), read(slice, notes)))
            .toList();
  }

  private static List<ReadEndpoint> read(EndpointSlice slice, Notes notes) {
    List<ReadEndpoint> endpoints = new ArrayList<>(slice.endpoints().size());
    for (Endpoint endpoint : slice.endpoints()) {
      String what = "an endpoint of EndpointSlice " + slice.name();
      notes
          .ordinaryAddress(what, endpoint.address())
          .ifPresent(
              address -> {
                if (address.family() == slice.family()) {
                  endpoints.add(new ReadEndpoint(address, endpoint));
                } else {
                  notes.add(
                      what
                          + " is left out: '"
                          + endpoint.address()
                          + "' is not of the slice's addressType "
                          + slice.family());
                }
              });
    }
    return endpoints;
  }

  /** The endpoints of one port in one family, sorted by address and port, each once. */
  List<MergedEndpoint> endpoints(ServicePort servicePort, IpFamily family) {
    TreeMap<Backend, MergedEndpoint> merged = new TreeMap<>(Backend::compareEndpoint);
    for (ReadSlice slice : slices) {
      if (slice.family() != family) {
        continue;
      }
      for (SlicePort slicePort : slice.ports()) {
        if (slicePort.protocol() == servicePort.protocol()
            && slicePort.name().equals(servicePort.name())) {
          for (ReadEndpoint endpoint : slice.endpoints()) {
            MergedEndpoint candidate = candidate(endpoint, slicePort.port());
            merged.merge(candidate.backend(), candidate, EndpointMerge::winner);
          }
        }
      }
    }
    return List.copyOf(merged.values());
  }

  private MergedEndpoint candidate(ReadEndpoint read, int port) {
    Endpoint endpoint = read.endpoint();
    boolean local =
        endpoint.nodeName().isPresent() && endpoint.nodeName().get().equals(node.name());
    return new MergedEndpoint(
        new Backend(read.address(), port, local || node.addresses().contains(read.address())),
        local,
        endpoint.ready(),
        endpoint.serving(),
        endpoint.terminating(),
        endpoint.zoneHints(),
        endpoint.nodeHints());
  }

  private static MergedEndpoint winner(MergedEndpoint earlier, MergedEndpoint later) {
    return WINNER_FIRST.compare(later, earlier) < 0 ? later : earlier;
  }
}
