// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import dev.sluice.lab.AddressPlan.Pair;
import dev.sluice.lab.Host.HostPlace;
import dev.sluice.lab.LabState.HostState;
import dev.sluice.lab.PodWiring.NodePlace;
import dev.sluice.lab.PodWiring.PodPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A running lab: an external client, nodes and pods, each in a network namespace of its own.
 *
 * <pre>{@code
 * try (Lab lab = Lab.start(LabOptions.of(Layout.BRIDGE))) {
 *   Target server = Target.of(lab.pod("pod-c").address(AddressFamily.IPV4), 9000);
 *   assertThat(lab.pod("pod-a").probe().connect(server).server()).isEqualTo("pod-c");
 * }
 * }</pre>
 *
 * <p>Nothing is ever put into the initial network namespace or the root cgroup, and {@link #close}
 * leaves nothing behind, nor does an exception or a signal; after kill -9 of this process, {@code
 * lab/run.sh down} cleans up. Needs root.
 */
public final class Lab implements AutoCloseable {
  private static final Set<String> RESERVED = Set.of("client", TunLink.CLIENT, "fabric", "www");

  private final LabOptions options;
  private final PodWiring wiring;
  private final Path directory;
  private final Path cgroup;
  private final Host router;
  private final Fabric fabric;
  private final Map<String, NodeHost> nodes = new LinkedHashMap<>();
  private final Map<String, PodHost> pods = new LinkedHashMap<>();
  private final Map<String, Host> clients = new LinkedHashMap<>();
  private final Thread shutdownHook = new Thread(this::remove, "remove the lab");
  private boolean detached;
  private boolean removed;

  private Lab(LabOptions options) {
    this.options = options;
    wiring = PodWiring.of(options.layout());
    directory = LabState.directory(options.id());
    cgroup = Cgroups.root(options.id());
    router = new ClientHost(place("fabric", cgroup.resolve("fabric"), AddressPlan.NODE_GATEWAY));
    fabric = new Fabric(router.place().namespace());
  }

  /** Brings a lab up and waits until it works. */
  public static Lab start(LabOptions options) {
    if (!Leftovers.find(options.id()).isEmpty()) {
      throw new LabException(
          "there is a lab '%s' already: lab/run.sh down --id %s"
              .formatted(options.id(), options.id()));
    }
    Lab lab = new Lab(options);
    Runtime.getRuntime().addShutdownHook(lab.shutdownHook);
    try {
      lab.create();
      return lab;
    } catch (Throwable failure) {
      try {
        lab.close();
      } catch (RuntimeException another) {
        failure.addSuppressed(another);
      }
      throw failure;
    }
  }

  public String id() {
    return options.id();
  }

  public LabOptions options() {
    return options;
  }

  /** This lab's files, below {@code /run}; a good place for manifests, removed with the lab. */
  public Path directory() {
    return directory;
  }

  /** A host outside of the cluster, in a subnet of its own. */
  public Host client() {
    return known(clients, "client");
  }

  /** What is between the nodes and the client; its ends of their uplinks are named after them. */
  public Host router() {
    return router;
  }

  /** The client behind node-1's tun device; see {@link LabOptions#withTunClient}. */
  public Host tunClient() {
    return known(clients, TunLink.CLIENT);
  }

  public NodeHost node(String name) {
    return known(nodes, name);
  }

  public List<NodeHost> nodes() {
    return List.copyOf(nodes.values());
  }

  public PodHost pod(String name) {
    return known(pods, name);
  }

  public List<PodHost> pods() {
    return List.copyOf(pods.values());
  }

  /**
   * Adds a pod without starting anything in it: {@link Host#probe} and {@link Host#start} do that.
   * Returns as soon as its device is up, some 10 to 30 ms.
   *
   * @param name one to ten of a-z, 0-9 and -
   */
  public synchronized PodHost createPod(String name, String node) {
    assertNotRemoved();
    NetworkScript script = new NetworkScript();
    PodHost pod = preparePod(script, name, node(node));
    try {
      script.run();
    } catch (LabException failure) {
      discard(pod, new NetworkScript());
      throw failure;
    }
    return pod;
  }

  /** Removes a pod with its processes and its device. */
  public synchronized void deletePod(String name) {
    PodHost pod = pod(name);
    // Deleting the namespace alone would leave the device until the kernel gets round to it.
    discard(pod, new NetworkScript().ip(pod.place().namespace(), "link del eth0"));
  }

  private void discard(PodHost pod, NetworkScript script) {
    pods.remove(pod.name());
    pod.node().releasePodNumber(pod.pod().number());
    Cgroups.remove(pod.cgroup());
    if (Files.exists(pod.namespace())) {
      script.deleteNamespace(pod.place().namespace()).run();
    }
  }

  /** Sends traffic of the client to {@code network}, for example 203.0.113.0/24, to one node. */
  public void routeExternal(String network, String node) {
    NetworkScript script = new NetworkScript();
    fabric.route(script, network, node(node).node());
    script.run();
  }

  /** Makes a file that the pods' nginx serves as {@code /name}. */
  public void publish(String name, byte[] content) {
    try {
      Files.write(documents().resolve(name), content);
    } catch (IOException failure) {
      throw new LabException("cannot write the file " + name, failure);
    }
  }

  /** The names of the devices in the host's namespace, without {@code lo}. */
  public List<String> devices(Host host) {
    return host.run("ip", "-o", "link", "show")
        .lines()
        .map(line -> line.replaceFirst("^\\d+: ([^:@]+)[:@].*", "$1"))
        .filter(name -> !name.equals("lo"))
        .toList();
  }

  /** Lets the lab outlive this process; {@link #close} does nothing any more. */
  void detach() {
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException shuttingDown) {
      throw new LabException("ended by a signal: the lab is removed again", shuttingDown);
    }
    detached = true;
    state(0).write();
  }

  LabState state() {
    return state(detached ? 0 : ProcessHandle.current().pid());
  }

  /** Ends all processes of the lab and removes everything. */
  @Override
  public void close() {
    if (!detached) {
      remove();
      try {
        Runtime.getRuntime().removeShutdownHook(shutdownHook);
      } catch (IllegalStateException shuttingDown) {
        // The hook finds nothing left to do.
      }
    }
  }

  private synchronized void remove() {
    removed = true;
    Leftovers.remove(options.id());
  }

  /** The shutdown hook may have come first; what is made after it would stay. */
  private void assertNotRemoved() {
    if (removed) {
      throw new LabException("lab %s is closed".formatted(id()));
    }
  }

  /** Synchronized so that a signal meanwhile removes all of the lab or lets nothing be made. */
  private synchronized void create() {
    assertNotRemoved();
    createDirectory();
    NetworkScript script = new NetworkScript();
    prepareFabric(script);
    options.podsByNode().keySet().forEach(name -> prepareNode(script, name));
    wireNodes(script);
    prepareClient(script);
    options
        .podsByNode()
        .forEach((node, names) -> names.forEach(pod -> preparePod(script, pod, node(node))));
    routes(script);
    state().write();
    script.run();
    Mounts.bpf(nodes.values().stream().map(NodeHost::bpffs).toList());
    startProcesses();
  }

  private void createDirectory() {
    try {
      Files.createDirectories(documents());
    } catch (IOException failure) {
      throw new LabException("cannot create " + directory + ": are you root?", failure);
    }
    new LabState(id(), options.layout(), ProcessHandle.current().pid(), List.of()).write();
  }

  private void prepareFabric(NetworkScript script) {
    prepareHost(script, router.place());
    forwarding(script, router.place().namespace());
    fabric.create(script);
  }

  private void prepareNode(NetworkScript script, String name) {
    NodePlace node = new NodePlace(namespace(name), nodes.size() + 1);
    Path tree = cgroup.resolve(name);
    HostPlace place = place(name, tree.resolve("host"), node.address());
    nodes.put(name, new NodeHost(place, options.serverPorts(), node, tree));
    prepareHost(script, place);
    try {
      Files.createDirectories(NodeHost.bpffs(place.directory()));
    } catch (IOException failure) {
      throw new LabException("cannot create the bpffs of " + name, failure);
    }
    forwarding(script, node.namespace());
    script.sysctls(node.namespace(), options.nodeSysctls());
    fabric.connectNode(script, node);
  }

  private void wireNodes(NetworkScript script) {
    List<NodePlace> all = nodes.values().stream().map(NodeHost::node).toList();
    for (NodePlace node : all) {
      wiring.node(script, node, all.stream().filter(other -> !other.equals(node)).toList());
    }
  }

  private void prepareClient(NetworkScript script) {
    HostPlace client = place("client", cgroup.resolve("client"), AddressPlan.CLIENT);
    addClient(script, client);
    fabric.connectClient(script, client.namespace());
    if (options.tunClient()) {
      HostPlace tun = place(TunLink.CLIENT, cgroup.resolve(TunLink.CLIENT), AddressPlan.TUN_CLIENT);
      addClient(script, tun);
      script.ip(tun.namespace(), "link set lo up");
      TunLink.create(script, firstNode().node().namespace(), tun.namespace());
    }
  }

  private void addClient(NetworkScript script, HostPlace place) {
    clients.put(place.name(), new ClientHost(place));
    prepareHost(script, place);
    manyConnections(script, place);
  }

  private PodHost preparePod(NetworkScript script, String name, NodeHost node) {
    if (!name.matches("[a-z0-9-]{1,10}")) {
      throw new LabException("pod '%s': use 1 to 10 of a-z, 0-9 and -".formatted(name));
    }
    if (RESERVED.contains(name) || hosts().anyMatch(host -> host.name().equals(name))) {
      throw new LabException("pod '%s': the name is taken".formatted(name));
    }
    PodPlace pod = new PodPlace(namespace(name), "veth-" + name, node.takePodNumber());
    Pair addresses = AddressPlan.pod(node.node().number(), pod.number());
    HostPlace place = place(name, node.cgroupTree().resolve(name), addresses);
    PodHost host = new PodHost(place, options.serverPorts(), node, pod);
    pods.put(name, host);
    prepareHost(script, place);
    manyConnections(script, place);
    wiring.pod(script, node.node(), pod);
    return host;
  }

  private void prepareHost(NetworkScript script, HostPlace place) {
    Cgroups.create(place.cgroup());
    EnterScript.write(options.id(), place);
    script
        .addNamespace(place.namespace())
        .sysctl(place.namespace(), "net.ipv6.conf.default.accept_dad", "0");
  }

  /** Short connections would otherwise run out of ports for the length of TIME_WAIT. */
  private static void manyConnections(NetworkScript script, HostPlace place) {
    script
        .sysctl(place.namespace(), "net.ipv4.ip_local_port_range", "10000 60999")
        .sysctl(place.namespace(), "net.ipv4.tcp_tw_reuse", "1");
  }

  private static void forwarding(NetworkScript script, String namespace) {
    script
        .sysctl(namespace, "net.ipv4.ip_forward", "1")
        .sysctl(namespace, "net.ipv6.conf.all.forwarding", "1");
  }

  private void routes(NetworkScript script) {
    if (nodes.isEmpty()) {
      return;
    }
    NodePlace first = firstNode().node();
    fabric.route(script, AddressPlan.EXTERNAL_IPV4, first);
    fabric.route(script, AddressPlan.EXTERNAL_IPV6, first);
    if (options.tunClient()) {
      fabric.route(script, AddressPlan.TUN_NETWORK.ipv4(), first);
      fabric.route(script, AddressPlan.TUN_NETWORK.ipv6(), first);
    }
  }

  private void startProcesses() {
    if (options.servers()) {
      hosts().forEach(Host::launchServers);
    }
    if (options.tunClient()) {
      TunLink.startPump(firstNode(), tunClient(), tunClient().cgroup());
    }
    if (options.nginx()) {
      pods.values().forEach(pod -> Nginx.start(pod, documents()));
    }
    if (options.servers()) {
      hosts().forEach(Host::startServers);
    }
  }

  private NodeHost firstNode() {
    return nodes.values().iterator().next();
  }

  private Stream<Host> hosts() {
    return Stream.of(clients, nodes, pods).flatMap(kind -> kind.values().stream());
  }

  private LabState state(long owner) {
    return new LabState(id(), options.layout(), owner, hosts().map(Lab::describe).toList());
  }

  private static HostState describe(Host host) {
    String kind =
        switch (host) {
          case NodeHost _ -> "node";
          case PodHost _ -> "pod";
          case ClientHost _ -> "client";
        };
    return new HostState(
        host.name(),
        kind,
        host.namespace().toString(),
        host.cgroup().toString(),
        host.place().addresses().ipv4(),
        host.place().addresses().ipv6());
  }

  private HostPlace place(String name, Path cgroup, Pair addresses) {
    return new HostPlace(name, namespace(name), cgroup, directory.resolve(name), addresses);
  }

  private Path documents() {
    return directory.resolve("www");
  }

  private String namespace(String host) {
    return "sluice-%s-%s".formatted(options.id(), host);
  }

  private static <T> T known(Map<String, T> all, String name) {
    T value = all.get(name);
    if (value == null) {
      throw new LabException("no '%s' in this lab; there are: %s".formatted(name, all.keySet()));
    }
    return value;
  }
}
