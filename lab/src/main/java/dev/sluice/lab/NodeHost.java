// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

/** A node: pods hang off it, and an agent may run on it. */
public final class NodeHost extends Host {
  private final PodWiring.NodePlace node;
  private final Path cgroupTree;
  private final BitSet podNumbers = new BitSet();
  private int lastPodNumber = AddressPlan.FIRST_POD - 1;

  NodeHost(HostPlace place, List<Integer> serverPorts, PodWiring.NodePlace node, Path cgroupTree) {
    super(place, serverPorts);
    this.node = node;
    this.cgroupTree = cgroupTree;
  }

  /**
   * The cgroup of everything on this node: its own processes in the child {@code host}, and a child
   * per pod. It stands for the root cgroup of a real node, and is what an agent is given.
   */
  public Path cgroupTree() {
    return cgroupTree;
  }

  /** This node's own bpffs mount. */
  public Path bpffs() {
    return bpffs(directory());
  }

  static Path bpffs(Path directory) {
    return directory.resolve("bpf");
  }

  /** The device towards the other nodes and the client. */
  public String uplink() {
    return "eth0";
  }

  /** The network that its pods have their addresses from, for example {@code 10.1.1.0/24}. */
  public String podNetwork(AddressFamily family) {
    AddressPlan.Pair network = AddressPlan.podNetwork(node.number());
    return switch (family) {
      case IPV4 -> network.ipv4();
      case IPV6 -> network.ipv6();
    };
  }

  /** Starts {@code sluice run} on this node and waits until it says that it is ready. */
  public Agent startAgent(AgentOptions options) {
    return Agent.start(this, options);
  }

  PodWiring.NodePlace node() {
    return node;
  }

  /** Like most CNI plugins, gives out an address again only after all others. */
  int takePodNumber() {
    int size = AddressPlan.LAST_POD - AddressPlan.FIRST_POD + 1;
    for (int tries = 0; tries < size; tries++) {
      lastPodNumber =
          lastPodNumber == AddressPlan.LAST_POD ? AddressPlan.FIRST_POD : lastPodNumber + 1;
      if (!podNumbers.get(lastPodNumber)) {
        podNumbers.set(lastPodNumber);
        return lastPodNumber;
      }
    }
    throw new LabException("%s has its %d pods already".formatted(name(), size));
  }

  void releasePodNumber(int number) {
    podNumbers.clear(number);
  }
}
