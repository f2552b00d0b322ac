// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Host;
import dev.sluice.lab.LabException;
import dev.sluice.lab.NodeHost;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * A second device of node-1, to a subnet of its own with the router, by which it can reach the pods
 * of node-2. Their first way is straight through {@code eth0}.
 *
 * @param device its name on node-1
 * @param routersEnd what it is connected to
 */
record SecondWay(NodeHost node, NodeHost backends, String device, Host router, String routersEnd) {

  /** A veth, which the agent is to take for an uplink. */
  static SecondWay uplink(Cluster cluster) {
    SecondWay way = of(cluster, "eth1", "second");
    way.router.run(
        "ip",
        "link",
        "add",
        way.routersEnd,
        "type",
        "veth",
        "peer",
        "name",
        way.device,
        "netns",
        way.node.namespace().getFileName().toString());
    XdpSenders.wholeFrames(way.router, way.routersEnd);
    XdpSenders.wholeFrames(way.node, way.device);
    cluster.senders().receive(way.router, way.routersEnd);
    way.up();
    return way;
  }

  /** A VLAN on {@code eth0}. */
  static SecondWay vlan(Cluster cluster, int id) {
    SecondWay way = of(cluster, "vlan" + id, "vlan" + id);
    vlan(way.router, way.node.name(), way.routersEnd, id);
    vlan(way.node, way.node.uplink(), way.device, id);
    way.up();
    return way;
  }

  /** Whether {@link #vlan} works. */
  static boolean kernelHasVlans(Cluster cluster) {
    Host router = cluster.lab().router();
    try {
      router.run("ip", "link", "add", "link", "node-1", "name", "try", "type", "vlan", "id", "1");
    } catch (LabException refused) {
      if (refused.getMessage().contains("Unknown device type")) {
        return false;
      }
      throw refused;
    }
    router.run("ip", "link", "del", "try");
    return true;
  }

  /**
   * What XDP knows as a VLAN on {@code eth0}, whether the kernel has VLAN devices or not: a macvlan
   * device stands for it, and its frames go untagged unless they are XDP's. The router takes the
   * tags off before its stack sees them.
   */
  static SecondWay taggedByXdp(Cluster cluster, int id) {
    SecondWay way = of(cluster, "tagged0", "nodes");
    way.node.run(
        "ip", "link", "add", "link", way.node.uplink(), "name", way.device, "type", "macvlan");
    way.up();
    cluster.senders().untag(way.node.name());
    InstalledMaps.of(way.node)
        .putXdpPort(
            XdpSenders.index(way.node, way.device),
            XdpSenders.index(way.node, way.node.uplink()),
            id);
    return way;
  }

  private static void vlan(Host host, String parent, String name, int id) {
    host.run(
        "ip",
        "link",
        "add",
        "link",
        parent,
        "name",
        name,
        "type",
        "vlan",
        "id",
        Integer.toString(id));
    XdpSenders.wholeFrames(host, name);
  }

  private static SecondWay of(Cluster cluster, String device, String routersEnd) {
    return new SecondWay(
        cluster.lab().node("node-1"),
        cluster.lab().node("node-2"),
        device,
        cluster.lab().router(),
        routersEnd);
  }

  private void up() {
    // What leaves by one device may come back by the other.
    router.sysctl("net.ipv4.conf.all.rp_filter", "0");
    router.sysctl("net.ipv4.conf." + routersEnd + ".rp_filter", "0");
    up(router, routersEnd, "1");
    up(node, device, "11");
    forEachFamily(
        (family, address) ->
            route(router, family, "via", backends.address(family).getHostAddress()));
  }

  private static void up(Host host, String device, String last) {
    host.run("ip", "link", "set", device, "up");
    forEachFamily(
        (family, network) ->
            host.run("ip", "address", "add", network + last + prefix(family), "dev", device));
  }

  /** Makes its devices take no larger packets than this, at both ends. */
  void limit(int bytes) {
    router.run("ip", "link", "set", routersEnd, "mtu", Integer.toString(bytes));
    node.run("ip", "link", "set", device, "mtu", Integer.toString(bytes));
  }

  /** Sends what goes to the pods by this device, new flows and old ones. */
  void take() {
    forEachFamily((family, network) -> route(node, family, "via", network + "1", "dev", device));
  }

  /** Sends what goes to the pods by {@code eth0} again. */
  void leave() {
    forEachFamily(
        (family, network) ->
            route(
                node,
                family,
                "via",
                backends.address(family).getHostAddress(),
                "dev",
                node.uplink()));
  }

  /** Packets that have reached the router by this device; GRO may have put frames together. */
  long packetsToRouter() {
    return Long.parseLong(
        router
            .run("ip", "-s", "-j", "link", "show", routersEnd)
            .replaceFirst("(?s).*\"rx\":\\{\"bytes\":\\d+,\"packets\":(\\d+).*", "$1"));
  }

  private void route(Host on, AddressFamily family, String... how) {
    Stream<String> command = Stream.of("ip", "route", "replace", backends.podNetwork(family));
    on.run(Stream.concat(command, Stream.of(how)).toArray(String[]::new));
  }

  private static String prefix(AddressFamily family) {
    return family == AddressFamily.IPV4 ? "/24" : "/64";
  }

  /** Calls it with the beginning of the subnet's addresses. */
  private static void forEachFamily(BiConsumer<AddressFamily, String> action) {
    action.accept(AddressFamily.IPV4, "172.28.0.");
    action.accept(AddressFamily.IPV6, "fd00:28::");
  }
}
