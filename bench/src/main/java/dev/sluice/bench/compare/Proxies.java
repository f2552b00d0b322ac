// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import java.nio.file.Path;
import java.util.List;

/** Makes the proxy of a mode. */
final class Proxies {
  private Proxies() {}

  /**
   * A proxy that has not programmed anything yet.
   *
   * @param directory of the lab, for manifests
   */
  static Proxy of(Station station, int services, LoadProgram load, Path directory) {
    return switch (station.mode()) {
      case DIRECT -> new DirectWay(station);
      case SLUICE_SOCKETS ->
          sluice(station, services, directory, "--socket-hooks=all", "--xdp=off");
      case SLUICE_TC -> sluice(station, services, directory, "--socket-hooks=off", "--xdp=off");
      case SLUICE_XDP ->
          sluice(station, services, directory, "--socket-hooks=off", "--xdp=require");
      case IPTABLES_LEGACY -> new IptablesProxy(station, "iptables-legacy", services, load);
      case IPTABLES_NFT -> new IptablesProxy(station, "iptables-nft", services, load);
      case NFTABLES -> new NftablesProxy(station, services, load);
      case IPVS_RR -> new IpvsProxy(station, "rr", services, load);
      case IPVS_MH -> new IpvsProxy(station, "mh", services, load);
    };
  }

  private static Proxy sluice(Station station, int services, Path directory, String... arguments) {
    return new SluiceProxy(station, List.of(arguments), services, directory);
  }
}
