// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import dev.sluice.lab.AddressPlan.Pair;
import dev.sluice.lab.Host.HostPlace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The tun device pair between node-1 and the client {@value #CLIENT}. */
final class TunLink {
  static final String CLIENT = "tun-client";

  private static final String DEVICE = "tun0";
  private static final Duration START_TIMEOUT = Duration.ofSeconds(10);

  private TunLink() {}

  static void create(NetworkScript script, String node, String client) {
    script
        .ip(node, "tuntap add dev %s mode tun".formatted(DEVICE))
        .ip(client, "tuntap add dev %s mode tun".formatted(DEVICE));
    up(script, node, AddressPlan.TUN_GATEWAY);
    up(script, client, AddressPlan.TUN_CLIENT);
    script
        .ip(client, "route add default dev %s".formatted(DEVICE))
        .ip(client, "route add ::/0 dev %s".formatted(DEVICE));
  }

  private static void up(NetworkScript script, String namespace, Pair address) {
    script
        .ip(namespace, "link set %s up".formatted(DEVICE))
        .ip(namespace, "address add %s/24 dev %s".formatted(address.ipv4(), DEVICE))
        .ip(namespace, "address add %s/64 dev %s nodad".formatted(address.ipv6(), DEVICE));
  }

  /** Starts the process between the two devices and waits until both have their carrier. */
  static void startPump(NodeHost node, Host client, Path cgroup) {
    List<String> command = new ArrayList<>(JavaCommand.small());
    command.add(TunPump.class.getName());
    for (HostPlace end : List.of(node.place(), client.place())) {
      command.addAll(List.of(end.namespace(), DEVICE));
    }
    LabProcess process = client.start("tun-pump", command, Map.of(), cgroup);
    Host.await("the tun pump", process, START_TIMEOUT, () -> carrier(node) && carrier(client));
  }

  private static boolean carrier(Host host) {
    return host.run("ip", "link", "show", DEVICE).contains("LOWER_UP");
  }
}
