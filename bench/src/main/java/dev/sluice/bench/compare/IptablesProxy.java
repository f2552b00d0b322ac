// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.compare.result.TrafficPath;
import dev.sluice.bench.compare.rules.IptablesRules;
import dev.sluice.bench.compare.rules.ServicePort;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** kube-proxy's iptables mode, on one of the two kinds of tables. */
final class IptablesProxy implements Proxy {
  private static final double NANOS = 1e6;
  private static final String EMPTY = "*nat\nCOMMIT\n*filter\nCOMMIT\n";

  private final Station station;
  private final String command;
  private final RuleFiles files;
  private final List<ServicePort> ports;
  private final List<Path> all;
  private final Path empty;
  private final List<Path> changes;

  /**
   * Prepares the rules.
   *
   * @param command {@code iptables-legacy} or {@code iptables-nft}
   * @param portsPerRestore how much is programmed at once
   */
  IptablesProxy(
      Station station, String command, int portsPerRestore, int services, LoadProgram load) {
    this.station = station;
    this.command = command;
    files = new RuleFiles(load, station.node());
    ports = station.services(services, 0);
    all = files.writeParts("all", rules(ports).all(portsPerRestore));
    empty = files.write("empty", EMPTY);
    changes = IntStream.range(0, SIDES).mapToObj(side -> changed(services, side)).toList();
  }

  private Path changed(int services, int side) {
    String text =
        rules(station.services(services, side))
            .changed(port -> port.service().equals(Workload.CHANGING));
    return files.write("side-" + side, text);
  }

  private static IptablesRules rules(List<ServicePort> ports) {
    return new IptablesRules(ports, Station.POD_NETWORK);
  }

  @Override
  public OptionalDouble program() {
    return OptionalDouble.of(files.feedParts(all, restore(), "--noflush", "--counters") / NANOS);
  }

  @Override
  public void clear() {
    files.feed(empty, restore());
  }

  @Override
  public long change(int side) {
    return files.feed(changes.get(side), restore(), "--noflush", "--counters").at();
  }

  private String restore() {
    return command + "-restore";
  }

  /** Only a connection's first packet meets the chains of the table nat. */
  @Override
  public Counts counts(TrafficPath path) {
    String chain = IptablesRules.serviceChain(Workload.measured(ports, path));
    long connections =
        station
            .node()
            .run(LoadProgram.PATIENCE, command, "-t", "nat", "-nvxL", chain)
            .lines()
            .filter(line -> line.contains("KUBE-SEP-"))
            .mapToLong(line -> Long.parseLong(line.strip().split("\\s+", 2)[0]))
            .sum();
    return new Counts(OptionalLong.of(connections), 0);
  }
}
