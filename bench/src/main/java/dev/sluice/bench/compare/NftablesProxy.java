// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.compare.result.TrafficPath;
import dev.sluice.bench.compare.rules.NftablesRules;
import dev.sluice.bench.compare.rules.ServicePort;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** kube-proxy's nftables mode. */
final class NftablesProxy implements Proxy {
  private static final double NANOS = 1e6;

  private final Station station;
  private final RuleFiles files;
  private final boolean inParts;
  private final List<Path> all;
  private final Path none;
  private final List<Path> changes;

  /**
   * @param part ports of Services that are programmed in one transaction; 0 for all of them
   */
  NftablesProxy(Station station, int part, int services, LoadProgram load) {
    this.station = station;
    inParts = part > 0;
    files = new RuleFiles(load, station.node());
    all = files.writeParts("all", rules(services, 0).all(inParts ? part : Integer.MAX_VALUE));
    none = files.write("none", "delete table ip kube-proxy\n");
    changes =
        IntStream.range(0, SIDES)
            .mapToObj(
                side ->
                    files.write(
                        "side-" + side,
                        rules(services, side)
                            .changed(port -> port.service().equals(Workload.CHANGING))))
            .toList();
  }

  private NftablesRules rules(int services, int side) {
    List<ServicePort> ports = station.services(services, side);
    return new NftablesRules(ports, Station.POD_NETWORK, station.nodeAddress());
  }

  @Override
  public OptionalDouble program() {
    long nanos = files.feedParts(all, "nft", "-f", "-");
    return inParts ? OptionalDouble.empty() : OptionalDouble.of(nanos / NANOS);
  }

  @Override
  public void clear() {
    files.feed(none, "nft", "-f", "-");
  }

  @Override
  public long change(int side) {
    return files.feed(changes.get(side), "nft", "-f", "-").at();
  }

  /** kube-proxy's rules count nothing, but what they translate is tracked. */
  @Override
  public Counts counts(TrafficPath path) {
    return new Counts(OptionalLong.of(Conntrack.entries(station.node())), 0);
  }
}
