// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import java.nio.file.Path;
import java.util.List;

/** Makes the proxy of a mode. */
final class Proxies {
  /**
   * iptables-nft-restore 1.8.9 takes time by the square of its input: one second for 500 Services,
   * more than ten minutes for 10,000. So kube-proxy's one restore is cut up, to its advantage.
   */
  private static final int NFT_PORTS = 500;

  private Proxies() {}

  /**
   * A proxy that has not programmed anything yet.
   *
   * @param nftablesPart ports of Services in a transaction of nftables; 0 for all of them
   * @param directory of the lab, for manifests
   */
  static Proxy of(
      Station station, int services, int nftablesPart, LoadProgram load, Path directory) {
    return switch (station.mode()) {
      case DIRECT -> new DirectWay(station);
      case SLUICE_SOCKETS ->
          sluice(station, services, directory, "--socket-hooks=all", "--xdp=off");
      case SLUICE_TC -> sluice(station, services, directory, "--socket-hooks=off", "--xdp=off");
      case SLUICE_XDP ->
          sluice(station, services, directory, "--socket-hooks=off", "--xdp=require");
      case IPTABLES_LEGACY ->
          new IptablesProxy(station, "iptables-legacy", Integer.MAX_VALUE, services, load);
      case IPTABLES_NFT -> new IptablesProxy(station, "iptables-nft", NFT_PORTS, services, load);
      case NFTABLES -> new NftablesProxy(station, nftablesPart, services, load);
      case IPVS_RR -> new IpvsProxy(station, "rr", services, load);
      case IPVS_MH -> new IpvsProxy(station, "mh", services, load);
    };
  }

  private static Proxy sluice(Station station, int services, Path directory, String... arguments) {
    return new SluiceProxy(station, List.of(arguments), services, directory);
  }
}
