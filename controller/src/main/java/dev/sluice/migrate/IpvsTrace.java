// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import dev.sluice.node.InterfaceAddress;
import dev.sluice.node.Link;
import dev.sluice.node.PortRange;
import dev.sluice.node.VirtualServer;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The virtual servers of IPVS mode and the device that holds their addresses. A virtual server is
 * kube-proxy's if its address is on that device, or if the device exists and it is a node port at
 * an address of the node: in this mode kube-proxy itself deletes what others have made.
 */
final class IpvsTrace implements Trace {
  static final String DEVICE = "kube-ipvs0";

  private static final String KIND = "dummy";

  private final VirtualServers kernel;
  private final PortRange nodePorts;

  IpvsTrace(VirtualServers kernel, PortRange nodePorts) {
    this.kernel = kernel;
    this.nodePorts = nodePorts;
  }

  /** What there is: kube-proxy's virtual servers, others', and the device. */
  private record Found(
      List<VirtualServer> own, List<VirtualServer> others, Optional<Link> device, int addresses) {}

  @Override
  public String where() {
    return "IPVS";
  }

  @Override
  public List<Finding> find() {
    Found found = search();
    List<Finding> findings = new ArrayList<>();
    if (!found.own().isEmpty()) {
      findings.add(
          Finding.todo(
              where(),
              found.own().size(),
              Advice.count(found.own().size(), "virtual server") + " of kube-proxy",
              "their connections end with them; " + Advice.STOP_AND_CLEAN_UP));
    }
    found
        .device()
        .ifPresent(
            device ->
                findings.add(
                    Finding.todo(
                        where(),
                        1,
                        "device %s with %s".formatted(DEVICE, addresses(found.addresses())),
                        Advice.STOP_AND_CLEAN_UP)));
    if (!found.others().isEmpty()) {
      findings.add(
          Finding.note(
              where(),
              found.others().size(),
              Advice.count(found.others().size(), "virtual server")
                  + " of others, such as "
                  + found.others().getFirst(),
              "they stay; remove what is not needed with ipvsadm"));
    }
    return findings.isEmpty()
        ? List.of(Finding.clear(where(), "no virtual servers, no device " + DEVICE))
        : findings;
  }

  /** The device last: its addresses say which virtual servers are kube-proxy's. */
  @Override
  public List<Removal> removals() {
    Found found = search();
    List<Removal> removals = new ArrayList<>();
    for (VirtualServer server : found.own()) {
      removals.add(
          new Removal(where(), 1, "virtual server " + server, () -> kernel.remove(server)));
    }
    found
        .device()
        .ifPresent(
            device ->
                removals.add(
                    new Removal(
                        where(),
                        1,
                        "device %s with %s".formatted(DEVICE, addresses(found.addresses())),
                        () -> kernel.remove(device))));
    return removals;
  }

  private Found search() {
    // Somebody may have given another kind of device this name.
    Optional<Link> device =
        kernel.devices().stream()
            .filter(link -> link.name().equals(DEVICE) && link.kind().equals(KIND))
            .findFirst();
    List<InterfaceAddress> all = kernel.addresses();
    Set<InetAddress> held =
        all.stream()
            .filter(address -> device.isPresent() && address.index() == device.get().index())
            .filter(address -> address.scope() == InterfaceAddress.SCOPE_GLOBAL)
            .map(InterfaceAddress::address)
            .collect(Collectors.toSet());
    Set<InetAddress> local =
        all.stream().map(InterfaceAddress::address).collect(Collectors.toSet());
    List<VirtualServer> own = new ArrayList<>();
    List<VirtualServer> others = new ArrayList<>();
    for (VirtualServer server : kernel.list()) {
      boolean nodePort =
          device.isPresent()
              && nodePorts.contains(server.port())
              && server.address().filter(local::contains).isPresent();
      boolean isOwn = nodePort || server.address().filter(held::contains).isPresent();
      (isOwn ? own : others).add(server);
    }
    return new Found(own, others, device, held.size());
  }

  private static String addresses(int number) {
    return number == 1 ? "1 address" : number + " addresses";
  }
}
