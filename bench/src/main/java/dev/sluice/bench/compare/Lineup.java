// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.compare.result.Mode;
import dev.sluice.bench.compare.result.TrafficPath;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Host;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.LabProcess;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.PodHost;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A lab with a node for each mode, side by side, so that rounds of all modes follow one another
 * without anything being programmed anew. All share the client outside and one node with backends.
 */
final class Lineup implements AutoCloseable {
  private static final String FAR = Workload.FAR_NODE;

  /** Addresses of a backend's pod begin there; the lab gives its pods lower ones. */
  private static final int FIRST_EXTRA = 201;

  private final Lab lab;
  private final Map<Mode, Station> stations = new LinkedHashMap<>();
  private final XdpPeer xdpPeer;
  private final List<String> far;
  private final LabProcess farServer;

  /** Brings everything up but the proxies. */
  Lineup(List<Mode> modes, LoadProgram load) {
    lab = Lab.start(options(modes));
    XdpPeer peer = null;
    try {
      far = extraAddresses(pod(FAR, "s"), Workload.ENDPOINTS);
      farServer = load.serve(pod(FAR, "s"), far);
      for (Mode mode : modes) {
        stations.put(mode, station(mode, load));
      }
      wholeFrames();
      peer = new XdpPeer();
      if (modes.contains(Mode.SLUICE_XDP)) {
        peer.receive(lab.router(), uplinkPort(lab.node(Mode.SLUICE_XDP.node())));
      }
      xdpPeer = peer;
      if (modes.contains(Mode.DIRECT)) {
        passOneNode(lab.node(Mode.DIRECT.node()));
      }
    } catch (RuntimeException e) {
      if (peer != null) {
        peer.close();
      }
      lab.close();
      throw e;
    }
  }

  private static LabOptions options(List<Mode> modes) {
    LabOptions options =
        LabOptions.of(Layout.ROUTED)
            .withEmptyNodes(0)
            .withoutServers()
            // What comes and goes by the same device would be answered by a redirect now and then.
            .withNodeSysctl("net.ipv4.conf.all.send_redirects", "0")
            .withNodeSysctl("net.ipv4.conf.default.send_redirects", "0")
            .withPods(FAR, "s-" + FAR);
    for (Mode mode : modes) {
      options = options.withPods(mode.node(), "c-" + mode.node(), "s-" + mode.node());
    }
    return options;
  }

  private Station station(Mode mode, LoadProgram load) {
    PodHost server = pod(mode.node(), "s");
    List<String> addresses = extraAddresses(server, Workload.ENDPOINTS + Proxy.SIDES);
    LabProcess process = load.serve(server, addresses);
    return new Station(
        mode,
        lab.node(mode.node()),
        pod(mode.node(), "c"),
        process,
        addresses.subList(0, Workload.ENDPOINTS),
        addresses.subList(Workload.ENDPOINTS, addresses.size()),
        farServer,
        far);
  }

  private PodHost pod(String node, String role) {
    return lab.pod(role + "-" + node);
  }

  /** Gives a pod more addresses, so that one process can be many endpoints. */
  private static List<String> extraAddresses(PodHost pod, int count) {
    String own = pod.address(AddressFamily.IPV4).getHostAddress();
    String network = own.substring(0, own.lastIndexOf('.') + 1);
    List<String> addresses =
        IntStream.range(FIRST_EXTRA, FIRST_EXTRA + count).mapToObj(last -> network + last).toList();
    ip(pod, addresses, "address add %s/32 dev eth0");
    ip(pod.node(), addresses, "route add %s/32 dev " + pod.device());
    return addresses;
  }

  private static void ip(Host host, List<String> addresses, String command) {
    List<String> lines = new ArrayList<>();
    addresses.forEach(address -> lines.add(command.formatted(address)));
    host.run("sh", "-c", "ip -batch - <<'END'\n" + String.join("\n", lines) + "\nEND");
  }

  /**
   * Between the machines frames are as on a wire, for every mode: no larger than the MTU, and with
   * a whole checksum, which XDP needs.
   */
  private void wholeFrames() {
    lab.devices(lab.router()).stream()
        .filter(device -> device.startsWith("node-") || device.equals("client"))
        .forEach(lab.router()::sendWholeFrames);
    Stream.concat(Stream.of(lab.client()), lab.nodes().stream())
        .forEach(host -> host.sendWholeFrames("eth0"));
  }

  /** The router's end of a node's uplink. */
  private String uplinkPort(NodeHost node) {
    return "node-" + (lab.nodes().indexOf(node) + 1);
  }

  /** Makes packets between the client and the far pods pass a node, in both directions. */
  private void passOneNode(NodeHost node) {
    NodeHost farNode = lab.node(FAR);
    lab.routeExternal(farNode.podNetwork(AddressFamily.IPV4), node.name());
    farNode.run(
        "ip",
        "route",
        "add",
        lab.client().address(AddressFamily.IPV4).getHostAddress() + "/32",
        "via",
        node.address(AddressFamily.IPV4).getHostAddress());
  }

  Lab lab() {
    return lab;
  }

  Station station(Mode mode) {
    return stations.get(mode);
  }

  /** What is asked of a mode on a path. */
  Traffic traffic(Mode mode, TrafficPath path) {
    Station station = stations.get(mode);
    Host client =
        switch (path) {
          case POD_TO_POD -> station.client();
          case OUTSIDE_TO_NODE -> lab.client();
        };
    return new Traffic(mode, path, client, station.targets(path), station.server(path).pid());
  }

  @Override
  public void close() {
    xdpPeer.close();
    lab.close();
  }
}
