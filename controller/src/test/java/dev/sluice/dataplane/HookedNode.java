// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Hook;
import dev.sluice.bpf.MapNames;
import dev.sluice.loader.BpfLink;
import dev.sluice.loader.CgroupAttachType;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.ServiceName;
import dev.sluice.node.NetworkNamespaceCookie;
import dev.sluice.node.PrivateNamespace;
import dev.sluice.packets.EchoServers;
import dev.sluice.packets.End;
import dev.sluice.packets.ProbeProcess;
import dev.sluice.packets.TestCgroup;
import dev.sluice.plan.PortKey;
import dev.sluice.plan.ServicePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Assumptions;

/**
 * A node in a network namespace and a cgroup of its own, with the socket hooks attached to the
 * cgroup, backends, and a process in the cgroup whose socket makes the calls.
 */
final class HookedNode implements AutoCloseable {
  private static final Map<String, CgroupAttachType> HOOKS =
      Map.of(
          "connect4", CgroupAttachType.INET4_CONNECT,
          "connect6", CgroupAttachType.INET6_CONNECT,
          "sendmsg4", CgroupAttachType.UDP4_SENDMSG,
          "sendmsg6", CgroupAttachType.UDP6_SENDMSG,
          "recvmsg4", CgroupAttachType.UDP4_RECVMSG,
          "recvmsg6", CgroupAttachType.UDP6_RECVMSG,
          "getpeername4", CgroupAttachType.INET4_GETPEERNAME,
          "getpeername6", CgroupAttachType.INET6_GETPEERNAME,
          "sock_release", CgroupAttachType.INET_SOCK_RELEASE);

  private static final MapSizes SIZES = new MapSizes(64, 64, 256, 64, 64, 64);

  private final PrivateNamespace namespace = new PrivateNamespace();
  private final TestCgroup cgroup = TestCgroup.create();
  private final EchoServers backends = new EchoServers();
  private final List<BpfLink> links = new ArrayList<>();
  private final LoadedObjects objects;
  private final Dataplane dataplane;
  private final NodeTable table;
  private final ProbeProcess probe;
  private final long cookie;

  HookedNode(SocketCase.Loading loading) {
    boolean canSetErrno = loading != SocketCase.Loading.WITHOUT_ERRNO;
    boolean nodeSocketsOnly = loading == SocketCase.Loading.NODE_SOCKETS_ONLY;
    OptionalLong known = namespace.call(NetworkNamespaceCookie::ofCurrentThread);
    Assumptions.assumeTrue(known.isPresent(), "skipped: SO_NETNS_COOKIE needs Linux 5.14");
    cookie = known.orElseThrow();
    objects =
        LoadedObjects.unpinned(new LoadOptions(SIZES, canSetErrno, true, nodeSocketsOnly, false));
    dataplane = new Dataplane(objects);
    table = new NodeTable(objects);
    namespace.run("ip link set lo up");
    for (IpFamily family : IpFamily.values()) {
      Cast cast = Cast.of(family);
      for (IpAddress pod : List.of(cast.pod(), cast.otherPod())) {
        backends.start(namespace, cast.backend(pod));
      }
    }
    HOOKS.forEach(
        (program, hook) ->
            links.add(BpfLink.attachCgroup(objects.socketProgram(program), cgroup.path(), hook)));
    probe = ProbeProcess.start(namespace, cgroup);
  }

  /** Whose sockets those of the process are to be. */
  void processIs(SocketCase.Caller caller) {
    long own =
        switch (caller) {
          case NODE -> cookie;
          case POD -> cookie + 1;
        };
    table.write(new NodeTable.Facts(own, Map.of(), 61000, 61000, FlowTimeouts.DEFAULT));
  }

  Dataplane dataplane() {
    return dataplane;
  }

  StaleSocketFinder staleSockets(boolean canMakeCookies) {
    return new StaleSocketFinder(objects, canMakeCookies);
  }

  /** Does work of this JVM in the node's network namespace, but not in its cgroup. */
  <T> T inNamespace(Callable<T> work) {
    return namespace.call(work);
  }

  /** Forgets Services and shared ports. */
  void forgetAll() {
    NodeUnderTest.clear(objects.map(MapNames.SHARED_PORT));
    List<ServiceName> names = dataplane.portIds().keySet().stream().map(PortKey::service).toList();
    names.forEach(name -> dataplane.apply(ServicePlan.nothing(name)));
  }

  /** TCP sockets that are known to have been connected by a hook. */
  int connectedSockets() {
    int[] sockets = {0};
    objects.map(MapNames.CONNECTED_TO).forEach((cookie, translation) -> sockets[0]++);
    return sockets[0];
  }

  ReasonCounts counts() {
    return ReasonCounts.now(objects, Hook.SOCKET);
  }

  /** Whether the packet path knows that the socket uses its port for backends, too. */
  boolean sharesPort(End frontend) {
    return new SharedPorts(objects).contains(frontend, Integer.parseInt(ask("port")));
  }

  String ask(String command) {
    return probe.ask(command);
  }

  @Override
  public void close() {
    probe.close();
    links.forEach(BpfLink::close);
    cgroup.close();
    backends.close();
    objects.close();
    namespace.close();
  }
}
