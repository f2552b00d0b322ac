// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bpf.MapNames;
import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.Agent;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.Leftovers;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.loader.BpfLink;
import dev.sluice.loader.BpfObject;
import dev.sluice.loader.BpfProgram;
import dev.sluice.loader.ClsactFilter;
import dev.sluice.loader.TcDirection;
import java.io.IOException;
import java.io.InputStream;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Detaching takes away all that an instance has made, and nothing of anybody else. */
@RequiresRoot
final class DetachTest {
  private static final String RESERVED_PORTS = "net.ipv4.ip_local_reserved_ports";
  private static final String OTHERS_RESERVED_PORTS = "40000-40010,50000";

  @ParameterizedTest
  @ValueSource(strings = {"tcx", "clsact"})
  @ShowsRules(193)
  void detachLeavesNothingOfTheInstance(String attach) throws IOException {
    Cluster cluster = Cluster.create(options(), "--attach", attach);
    try (Lab lab = cluster.lab()) {
      NodeHost node = lab.node("node-1");
      List<String> devices = lab.devices(node);
      node.sysctl(RESERVED_PORTS, OTHERS_RESERVED_PORTS);
      cluster.apply("services.yaml", MatrixServices.manifests(lab));
      cluster.startAgents();
      KernelObjects own = KernelObjects.pinnedIn(cluster.pins("node-1"));
      KernelObjects another = KernelObjects.pinnedIn(cluster.pins("node-2"));
      assertThat(own.maps()).isNotEmpty();
      assertThat(own.programs()).isNotEmpty();
      assertThat(own.links()).isNotEmpty();
      assertThat(own.alive()).isEqualTo(own);
      assertThat(reservedPorts(node)).contains("49152-65535");

      cluster.agent("node-1").terminate();
      assertThat(own.alive()).as("after SIGTERM").isEqualTo(own);
      cluster.sluice("node-1", "detach");

      assertThat(own.aliveAtLast()).matches(KernelObjects::isEmpty, "nothing is alive");
      assertThat(another.alive()).as("the other node's").isEqualTo(another);
      assertThat(entries(node.bpffs())).isEmpty();
      assertThat(filesOf(node)).isEmpty();
      assertThat(reservedPorts(node)).isEqualTo(OTHERS_RESERVED_PORTS);
      assertThat(lab.devices(node)).isEqualTo(devices);
      assertThat(qdiscs(node)).doesNotContain("clsact");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcx", "clsact"})
  @ShowsRules(193)
  void detachLeavesWhatIsOfOthers(String attach) throws Exception {
    Cluster cluster = Cluster.create(options(), "--attach", attach);
    try (Lab lab = cluster.lab();
        BpfObject foreign = foreignPrograms()) {
      NodeHost node = lab.node("node-1");
      Path pin = Files.createDirectories(node.bpffs().resolve("sluice/other")).resolve("link");
      attachForeign(node, foreign, pin);
      ForeignFilter earlier = ForeignFilter.attach(node, node.uplink(), foreign);
      Path runDirectory = Files.createDirectories(Agent.runDirectory(node));
      Path file = Files.writeString(runDirectory.resolve("mine"), "mine");
      try {
        cluster.apply("services.yaml", MatrixServices.manifests(lab));
        cluster.startAgent("node-1");
        ForeignFilter later = ForeignFilter.attach(node, "cni0", foreign);
        cluster.agent("node-1").terminate();
        cluster.sluice("node-1", "detach");

        try (BpfLink link = BpfLink.openPinned(pin)) {
          assertThat(link.info().programId()).isEqualTo(foreign.program("tc_ingress").id());
          assertThat(link.info().interfaceIndex()).as("still attached").isNotZero();
        }
        assertThat(earlier.isAttached()).as("a filter that was there before").isTrue();
        assertThat(later.isAttached()).as("a filter that came after").isTrue();
        assertThat(filters(node, node.uplink())).isEqualTo(1);
        assertThat(filters(node, "cni0")).isEqualTo(1);
        assertThat(entries(node.bpffs().resolve("sluice"))).containsExactly("other");
        assertThat(file).hasContent("mine");
      } finally {
        Files.delete(file);
      }
    }
  }

  /** What is attached to devices and cgroups goes with them, also without detach. */
  @ParameterizedTest
  @ValueSource(strings = {"tcx", "clsact"})
  void theEndOfTheLabLeavesNothing(String attach) throws IOException {
    Cluster cluster = Cluster.create(options(), "--attach", attach);
    KernelObjects all;
    try (Lab lab = cluster.lab()) {
      cluster.apply("services.yaml", MatrixServices.manifests(lab));
      cluster.startAgent("node-2");
      all = KernelObjects.pinnedIn(cluster.pins("node-2"));
      assertThat(all.alive()).isEqualTo(all);
    }

    assertThat(all.aliveAtLast()).matches(KernelObjects::isEmpty, "nothing is alive");
    assertThat(Leftovers.find(cluster.lab().id()).isEmpty()).isTrue();
  }

  private static LabOptions options() {
    return LabOptions.of(Layout.BRIDGE).withoutServers();
  }

  /** Somebody else's programs: they happen to be the same code, on maps of their own. */
  private static BpfObject foreignPrograms() throws IOException {
    try (InputStream elf = MapNames.class.getResourceAsStream("tc.bpf.o")) {
      BpfObject object = BpfObject.open("foreign", elf.readAllBytes());
      object.maps().stream()
          .filter(map -> !map.name().contains("."))
          .filter(map -> map.name().matches("(flow|embryo|service).*"))
          .forEach(map -> map.setMaxEntries(64));
      object.setConstant("link_header_length", 14);
      return object.load();
    }
  }

  private static void attachForeign(NodeHost node, BpfObject programs, Path pin) throws Exception {
    BpfLink attached =
        node.call(
            () ->
                BpfLink.attachTcx(
                    programs.program("tc_ingress"),
                    NetworkInterface.getByName(node.uplink()).getIndex(),
                    TcDirection.INGRESS));
    try (attached) {
      attached.pin(pin);
    }
  }

  /** A filter of somebody else on a clsact qdisc, which is made if there is none. */
  private record ForeignFilter(NodeHost node, ClsactFilter filter, int programId) {
    static ForeignFilter attach(NodeHost node, String device, BpfObject programs) throws Exception {
      BpfProgram program = programs.program("tc_ingress");
      return node.call(
          () -> {
            int index = NetworkInterface.getByName(device).getIndex();
            ClsactFilter filter = new ClsactFilter(index, TcDirection.INGRESS, 7, 9);
            filter.attach(program);
            return new ForeignFilter(node, filter, program.id());
          });
    }

    boolean isAttached() throws Exception {
      return node.call(filter::programId).equals(OptionalInt.of(programId));
    }
  }

  /** How many filters a device has, in both directions. */
  private static long filters(NodeHost node, String device) {
    return Stream.of("ingress", "egress")
        .flatMap(hook -> node.run("tc", "filter", "show", "dev", device, hook).lines())
        .filter(line -> line.contains(" handle "))
        .count();
  }

  private static String reservedPorts(NodeHost node) {
    return node.run("sysctl", "-n", RESERVED_PORTS).strip();
  }

  private static String qdiscs(NodeHost node) {
    return node.run("tc", "qdisc", "show");
  }

  /** Files of the node's instance outside of the bpffs. */
  private static List<String> filesOf(NodeHost node) throws IOException {
    return entries(Agent.runDirectory(node));
  }

  private static List<String> entries(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          // The kernel's own, in the root of every bpffs.
          .filter(name -> !name.endsWith(".debug"))
          .sorted()
          .toList();
    }
  }
}
