// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.compare.result.TrafficPath;
import dev.sluice.bench.compare.rules.IpvsRules;
import dev.sluice.bench.compare.rules.ServicePort;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** kube-proxy's IPVS mode. */
final class IpvsProxy implements Proxy {
  private static final double NANOS = 1e6;
  private static final int HEXADECIMAL = 16;

  /** Lines. */
  private static final int HEADING = 2;

  /** As kube-proxy sets them. */
  private static final Map<String, String> SYSCTLS =
      Map.of(
          "net.ipv4.vs.conntrack", "1",
          "net.ipv4.vs.conn_reuse_mode", "0",
          "net.ipv4.vs.expire_nodest_conn", "1");

  private final Station station;
  private final RuleFiles files;
  private final Path servers;
  private final Path addresses;
  private final Path noAddresses;
  private final Path masquerading;
  private final Path nothing;
  private final List<Path> changes;

  IpvsProxy(Station station, String scheduler, int services, LoadProgram load) {
    this.station = station;
    files = new RuleFiles(load, station.node());
    List<ServicePort> ports = station.services(services, 0);
    IpvsRules rules = new IpvsRules(ports, scheduler, station.nodeAddress());
    servers = files.write("servers", rules.virtualServers());
    addresses = files.write("addresses", rules.addresses());
    noAddresses = files.write("no-addresses", IpvsRules.noAddresses());
    masquerading = files.write("masquerading", IpvsRules.masquerading(Station.POD_NETWORK));
    nothing = files.write("nothing", "*nat\nCOMMIT\n*filter\nCOMMIT\n");
    ServicePort changing =
        ports.stream()
            .filter(port -> port.service().equals(Workload.CHANGING))
            .findFirst()
            .orElseThrow();
    changes = IntStream.range(0, SIDES).mapToObj(side -> changed(changing, side)).toList();
  }

  private Path changed(ServicePort changing, int side) {
    List<String> spare = station.spare();
    return files.write(
        "side-" + side, IpvsRules.replaced(changing, spare.get(1 - side), spare.get(side)));
  }

  @Override
  public OptionalDouble program() {
    long nanos = files.feed(servers, "ipvsadm", "--restore").nanos();
    SYSCTLS.forEach(station.node()::sysctl);
    nanos += files.feed(addresses, "ip", "-batch", "-").nanos();
    nanos += files.feed(masquerading, "iptables-nft-restore", "--noflush").nanos();
    return OptionalDouble.of(nanos / NANOS);
  }

  @Override
  public void clear() {
    station.node().run("ipvsadm", "--clear");
    files.feed(noAddresses, "ip", "-batch", "-");
    files.feed(nothing, "iptables-nft-restore");
  }

  @Override
  public long change(int side) {
    return files.feed(changes.get(side), "ipvsadm", "--restore").at();
  }

  /**
   * Of the whole node: a line for each processor, whose second figure is connections; the sum that
   * the kernel prints is some seconds old.
   */
  @Override
  public Counts counts(TrafficPath path) {
    long connections =
        station
            .node()
            .run("cat", "/proc/net/ip_vs_stats_percpu")
            .lines()
            .skip(HEADING)
            .takeWhile(line -> !line.strip().startsWith("~"))
            .mapToLong(line -> Long.parseLong(line.strip().split("\\s+", 3)[1], HEXADECIMAL))
            .sum();
    return new Counts(OptionalLong.of(connections), 0);
  }
}
