// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Agent;
import dev.sluice.lab.Failure;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.LabProcess;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.PodHost;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.SluiceHome;
import dev.sluice.model.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code sluice events} shows who was refused or dropped, and why. */
@RequiresRoot
final class EventsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int INTERRUPTED = 130;
  private static final JsonMapper JSON = new JsonMapper();

  private static Cluster cluster;
  private static Lab lab;
  private static ServiceFile nobody;
  private static ServiceFile elsewhere;

  /** Reaches Services by packets. */
  private static PodHost pod;

  @BeforeAll
  static void up() {
    cluster = Cluster.create(LabOptions.of(Layout.ROUTED), "--sample-refusals", "1");
    lab = cluster.lab();
    pod = lab.pod("pod-a");
    nobody = ServiceFile.tcpAndUdp("nobody", 70);
    elsewhere =
        ServiceFile.tcp("elsewhere", 71)
            .withSpec("internalTrafficPolicy", "Local")
            .with(lab.pod("pod-c"), 9000);
    cluster.startAgent("node-1", "--socket-hooks", "off");
    cluster.startAgent("node-2");
    cluster.install(nobody, elsewhere);
  }

  @AfterAll
  static void down() {
    cluster.close();
  }

  @ParameterizedTest
  @EnumSource
  void aRefusedPacketIsShownWithReasonHookDeviceAndTuple(AddressFamily family) {
    assertThat(Outcome.tcp(pod, nobody.clusterIp(family), 80)).isEqualTo(Failure.REFUSED.name());
    assertThat(Outcome.udp(pod, nobody.clusterIp(family), 80)).isEqualTo(Failure.REFUSED.name());

    for (String protocol : new String[] {"TCP", "UDP"}) {
      JsonNode event = awaitEvent("node-1", protocol, end(nobody.clusterIp(family)));
      assertThat(event.get("subject").asText()).isEqualTo("reject_no_backend");
      assertCameFromThePod(event, family);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDroppedPacketIsShownToo(AddressFamily family) {
    assertThat(Outcome.briefTcp(pod, elsewhere.clusterIp(family), 80))
        .isEqualTo(Failure.TIMED_OUT.name());

    JsonNode event = awaitEvent("node-1", "TCP", end(elsewhere.clusterIp(family)));
    assertThat(event.get("subject").asText()).isEqualTo("drop_no_backend");
    assertCameFromThePod(event, family);
  }

  private static void assertCameFromThePod(JsonNode event, AddressFamily family) {
    assertThat(event.get("kind").asText()).isEqualTo("verdict");
    assertThat(event.get("hook").asText()).isEqualTo("tc_ingress");
    assertThat(event.get("device").asText()).isEqualTo(pod.device());
    String source = event.get("source").asText();
    String address = source.substring(0, source.lastIndexOf(':'));
    assertThat(InetAddress.ofLiteral(address)).isEqualTo(pod.address(family));
  }

  @ParameterizedTest
  @EnumSource
  void aSocketsCallThatIsRefusedIsShown(AddressFamily family) {
    assertThat(Outcome.tcp(lab.pod("pod-d"), nobody.clusterIp(family), 80))
        .isEqualTo(Failure.REFUSED.name());

    JsonNode event = awaitEvent("node-2", "TCP", end(nobody.clusterIp(family)));
    assertThat(event.get("subject").asText()).isEqualTo("reject_no_backend");
    assertThat(event.get("hook").asText()).isEqualTo("socket");
    assertThat(event.has("source")).isFalse();
  }

  @Test
  void whoFollowsSeesWhatHappensUntilInterrupted() {
    NodeHost node = lab.node("node-1");
    // A shell's background job, which these tests may be, ignores SIGINT, and so do its children.
    LabProcess follower =
        node.start(
            "env",
            "--default-signal=INT",
            SluiceHome.launcher().toString(),
            "events",
            "-f",
            "--instance",
            Agent.instance(node),
            "--run-dir",
            Agent.runDirectory(node).toString());
    // The second one comes when the first has been shown, and so the follower follows.
    for (AddressFamily family : AddressFamily.values()) {
      String destination = end(nobody.externalIp(family));
      assertThat(follower.log()).doesNotContain(destination);

      Outcome.tcp(lab.client(), nobody.externalIp(family), 80);

      Await.until(
          "the follower shows the refusal",
          () ->
              follower
                  .log()
                  .lines()
                  .anyMatch(
                      line ->
                          line.contains(" verdict reject_no_backend at tc_ingress of eth0: TCP ")
                              && line.endsWith(" > " + destination)));
    }
    assertThat(follower.interrupt(PATIENCE)).isEqualTo(INTERRUPTED);
    assertThat(follower.log()).endsWith("\n").doesNotContain("Exception");
  }

  /** The newest event about this destination. */
  private static JsonNode awaitEvent(String node, String protocol, String destination) {
    JsonNode[] found = new JsonNode[1];
    Await.until(
        "an event about " + destination,
        () -> {
          StreamSupport.stream(shown(node).spliterator(), false)
              .filter(event -> event.path("destination").asText().equals(destination))
              .filter(event -> event.path("protocol").asText().equals(protocol))
              .forEach(event -> found[0] = event);
          return found[0] != null;
        });
    return found[0];
  }

  private static JsonNode shown(String node) {
    try {
      return JSON.readTree(cluster.sluice(node, "events", "-o", "json"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String end(String address) {
    return IpAddress.parse(address).withPort(80);
  }
}
