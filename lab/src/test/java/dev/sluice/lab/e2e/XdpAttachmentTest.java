// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.bpf.MapNames;
import dev.sluice.lab.LabException;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.loader.BpfLink;
import dev.sluice.loader.BpfObject;
import dev.sluice.loader.LinkInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which devices carry the XDP program, and that it stays there as long as it should. */
@RequiresRoot
final class XdpAttachmentTest {
  private static final String NODE = "node-1";
  private static final String UPLINK = "eth0";
  private static final String LATE = "late0";

  private Cluster cluster;
  private NodeHost node;

  @BeforeEach
  void up() {
    cluster = Cluster.create(LabOptions.of(Layout.ROUTED).withoutServers());
    node = cluster.lab().node(NODE);
  }

  @AfterEach
  void down() {
    cluster.close();
  }

  @Test
  void aVethIsLeftAloneByDefaultAndStatusSaysWhy() throws Exception {
    cluster.startAgent(NODE);

    assertThat(shown(UPLINK)).doesNotContain("xdp");
    assertThat(pins()).isEmpty();
    assertThat(xdp(UPLINK)).isEqualTo("off");
    assertThat(reason(UPLINK)).startsWith("veth:").contains("--xdp=require");
    assertThat(cluster.sluice(NODE, "status")).contains("xdp off: veth:");
    assertThat(reason("veth-pod-a")).as("a pod's device is none of XDP's").isEmpty();
    assertThat(cluster.agent(NODE).log()).containsOnlyOnce("device eth0 gets no XDP: veth:");
  }

  @Test
  void theProgramOutlivesTheAgentAndIsReplacedInPlaceByTheNextOne() throws Exception {
    cluster.startAgent(NODE, "--xdp=require");

    assertThat(shown(UPLINK)).as("native, not xdpgeneric").containsPattern("\\bxdp\\b");
    assertThat(xdp(UPLINK)).isEqualTo("native");
    assertThat(cluster.sluice(NODE, "status")).contains("xdp native");
    assertThat(ports()).isEqualTo(Map.of(index(UPLINK), index(UPLINK)));
    LinkInfo first = link(UPLINK);
    assertThat(program(UPLINK)).hasValue(first.programId());

    cluster.agent(NODE).kill();
    assertThat(link(UPLINK)).isEqualTo(first);
    cluster.startAgent(NODE, "--xdp=require");

    LinkInfo second = link(UPLINK);
    assertThat(second.id()).as("the same link").isEqualTo(first.id());
    assertThat(second.programId()).as("another program").isNotEqualTo(first.programId());
    assertThat(program(UPLINK)).hasValue(second.programId());
  }

  @Test
  void detachTakesTheProgramOff() throws Exception {
    cluster.startAgent(NODE, "--xdp=require");
    assertThat(program(UPLINK)).isPresent();

    cluster.agent(NODE).terminate();
    cluster.sluice(NODE, "detach");

    assertThat(program(UPLINK)).isEmpty();
  }

  @Test
  void anAgentThatDoesNotWantXdpTakesItOff() throws Exception {
    for (String without : new String[] {"--xdp=off", "--xdp=auto"}) {
      cluster.startAgent(NODE, "--xdp=require");
      assertThat(program(UPLINK)).isPresent();

      cluster.restartAgent(NODE, without);

      assertThat(program(UPLINK)).as(without).isEmpty();
      assertThat(pins()).isEmpty();
      assertThat(ports()).isEmpty();
      assertThat(xdp(UPLINK)).isEqualTo("off");
      cluster.agent(NODE).terminate();
    }
    cluster.startAgent(NODE, "--xdp=off");
    assertThat(reason(UPLINK)).isEqualTo("--xdp=off");
  }

  @Test
  void whereAnotherProgramIsTheAgentDoesNotStartIfXdpIsRequired() throws Exception {
    try (BpfObject foreign = foreignProgram();
        BpfLink link = attach(foreign, UPLINK)) {
      int id = link.info().programId();

      assertThatThrownBy(() -> cluster.startAgent(NODE, "--xdp=require"))
          .isInstanceOf(LabException.class)
          .hasMessageContaining(
              "--xdp=require: eth0: no XDP: another XDP program is attached (id %d)".formatted(id));
      cluster.sluice(NODE, "detach");
      assertThat(program(UPLINK)).hasValue(id);
    }
  }

  @Test
  void aDeviceThatCannotHaveXdpIsNamedBeforeAnythingIsInstalled() {
    node.run("ip", "link", "add", "link", UPLINK, "name", "macvlan0", "type", "macvlan");
    node.run("ip", "address", "add", "198.51.100.1/24", "dev", "macvlan0");

    assertThatThrownBy(() -> cluster.startAgent(NODE, "--xdp=require"))
        .isInstanceOf(LabException.class)
        .hasMessageContaining("--xdp=require: macvlan0: macvlan: XDP is for physical devices");
    assertThat(node.bpffs().resolve("sluice")).doesNotExist();
  }

  @Test
  void anUplinkThatComesLaterGetsTheProgramAndLeavesNothingWhenItGoes() throws Exception {
    cluster.startAgent(NODE, "--xdp=require");
    addLateUplink(1500);
    Await.until("XDP on " + LATE, () -> xdp(LATE).equals("native"));
    int late = index(LATE);
    assertThat(program(LATE)).hasValue(link(LATE).programId());
    assertThat(ports()).containsOnlyKeys(index(UPLINK), late);

    node.run("ip", "address", "flush", "dev", LATE);
    Await.until("no XDP on " + LATE, () -> pins().size() == 1);
    assertThat(program(LATE)).isEmpty();
    assertThat(program(UPLINK)).isPresent();

    node.run("ip", "address", "add", "198.51.100.1/24", "dev", LATE);
    Await.until("XDP again on " + LATE, () -> pins().size() == 2);
    node.run("ip", "link", "del", LATE);
    Await.until("nothing of " + LATE, () -> pins().size() == 1 && ports().size() == 1);
  }

  @Test
  void whyAnUplinkThatComesLaterCannotHaveXdpIsAProblemAndTheOtherProgramStays() throws Exception {
    cluster.startAgent(NODE, "--xdp=require");
    addLateDevice(1500);
    try (BpfObject foreign = foreignProgram();
        BpfLink link = attach(foreign, LATE)) {
      int id = link.info().programId();
      node.run("ip", "address", "add", "198.51.100.1/24", "dev", LATE);
      String expected = "another XDP program is attached (id %d)".formatted(id);
      Await.until("the program is named", () -> reason(LATE).equals(expected));

      assertThat(program(LATE)).hasValue(id);
      assertThat(cluster.status(NODE).get("problems").toString()).contains(LATE, expected);
    }
  }

  @Test
  void aDeviceWhoseFramesAreTooLargeGetsXdpOnceTheyAreNot() throws Exception {
    cluster.startAgent(NODE, "--xdp=require");
    addLateUplink(9000);
    Await.until(
        "the MTU is named",
        () -> reason(LATE).equals("MTU 9000 is too large for XDP in driver veth"));
    assertThat(program(LATE)).isEmpty();

    node.run("ip", "link", "set", "far0", "mtu", "1500");
    node.run("ip", "link", "set", LATE, "mtu", "1500");

    Await.until("XDP on " + LATE, () -> xdp(LATE).equals("native"));
    assertThat(program(LATE)).isPresent();
  }

  private void addLateUplink(int mtu) {
    addLateDevice(mtu);
    node.run("ip", "address", "add", "198.51.100.1/24", "dev", LATE);
  }

  private void addLateDevice(int mtu) {
    String frame = String.valueOf(mtu);
    node.run("ip", "link", "add", LATE, "mtu", frame, "type", "veth", "peer", "far0", "mtu", frame);
    node.run("ip", "link", "set", LATE, "up");
    node.run("ip", "link", "set", "far0", "up");
  }

  /** Somebody else's program: it happens to be the same code, on maps of its own. */
  private static BpfObject foreignProgram() throws IOException {
    try (InputStream elf = MapNames.class.getResourceAsStream("xdp.bpf.o")) {
      BpfObject object = BpfObject.open("foreign", elf.readAllBytes());
      object.maps().stream()
          .filter(map -> map.name().matches("(flow|embryo|service|fragment|affinity).*"))
          .forEach(map -> map.setMaxEntries(64));
      return object.load();
    }
  }

  private BpfLink attach(BpfObject object, String device) throws Exception {
    int index = index(device);
    return node.call(() -> BpfLink.attachXdp(object.program("xdp_ingress"), index));
  }

  private int index(String device) {
    String line = node.run("ip", "-o", "link", "show", device);
    return Integer.parseInt(line.substring(0, line.indexOf(':')));
  }

  private OptionalInt program(String device) throws Exception {
    int index = index(device);
    return node.call(() -> BpfLink.xdpProgramOn(index));
  }

  private String shown(String device) {
    return node.run("ip", "link", "show", device);
  }

  private LinkInfo link(String device) {
    Path pin = cluster.pins(NODE).resolve("links/xdp-" + index(device));
    try (BpfLink link = BpfLink.openPinned(pin)) {
      return link.info();
    }
  }

  /** Pins of XDP links. */
  private List<String> pins() {
    try (Stream<Path> files = Files.list(cluster.pins(NODE).resolve("links"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("xdp-"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<Integer, Integer> ports() {
    return InstalledMaps.of(node).xdpPorts();
  }

  private String xdp(String device) {
    return device(device, "xdp");
  }

  private String reason(String device) {
    return device(device, "xdpReason");
  }

  /** What status says of a device; empty while it does not know it. */
  private String device(String name, String field) {
    JsonNode devices = cluster.status(NODE).get("devices");
    return StreamSupport.stream(devices.spliterator(), false)
        .filter(device -> device.get("name").asText().equals(name))
        .map(device -> device.get(field).asText())
        .findFirst()
        .orElse("");
  }
}
