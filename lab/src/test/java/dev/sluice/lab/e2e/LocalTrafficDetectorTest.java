// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Failure;
import dev.sluice.lab.Host;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.PodHost;
import dev.sluice.lab.RequiresRoot;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * {@code --detect-local-mode}: a Service with externalTrafficPolicy Local and endpoints on node-2
 * only is open on node-1 to pods that are recognised, and silent to all others.
 */
@RequiresRoot
final class LocalTrafficDetectorTest {
  private static final String SILENCE = Failure.TIMED_OUT.name();
  private static final int NODE_PORT = 30150;

  private Cluster cluster;
  private Lab lab;
  private NodeHost node;
  private ServiceFile service;

  private Cluster create(Layout layout) {
    cluster = Cluster.create(LabOptions.of(layout));
    lab = cluster.lab();
    node = lab.node("node-1");
    service =
        ServiceFile.tcp("far", 50)
            .withNodePort(NODE_PORT)
            .withSpec("externalTrafficPolicy", "Local")
            .with(lab.pod("pod-d"), 9000);
    cluster.apply("far.yaml", service.yaml());
    return cluster;
  }

  @Test
  @ShowsRules({93, 123, 142, 144, 278})
  void podsAreRecognisedByTheirDevicesOrByTheNetworkOfTheNode() {
    try (Cluster closing = create(Layout.ROUTED)) {
      closing.startAgent(
          "node-1",
          "--detect-local-mode",
          "InterfaceNamePrefix",
          "--pod-interface-name-prefix",
          "veth-");
      assertThat(detector()).isEqualTo("InterfaceNamePrefix veth-");
      assertRecognised(lab.pod("pod-a"));
      assertRecognised(late("later"));
      assertNotRecognised(lab.client());
      assertNotRecognised(lab.pod("pod-c"));

      closing.restartAgent(
          "node-1",
          "--detect-local-mode",
          "NodeCIDR",
          "--pod-cidr",
          node.podNetwork(AddressFamily.IPV4) + "," + node.podNetwork(AddressFamily.IPV6));
      assertRecognised(lab.pod("pod-a"));
      assertNotRecognised(lab.client());
      assertNotRecognised(lab.pod("pod-c"));

      closing.restartAgent("node-1");
      assertThat(detector()).startsWith("none");
      assertNotRecognised(lab.pod("pod-a"));
    }
  }

  @Test
  @ShowsRules({123, 143})
  void podsAreRecognisedByTheirBridge() {
    try (Cluster closing = create(Layout.BRIDGE)) {
      closing.startAgent(
          "node-1", "--detect-local-mode", "BridgeInterface", "--pod-bridge-interface", "cni0");
      assertThat(detector()).isEqualTo("BridgeInterface cni0");
      assertRecognised(lab.pod("pod-a"));
      assertRecognised(late("later"));
      assertNotRecognised(lab.client());
    }
  }

  /** A pod whose device comes while the agent runs. */
  private PodHost late(String name) {
    PodHost pod = lab.createPod(name, node.name());
    Await.until(
        "the device of " + name + " is recognised",
        () ->
            StreamSupport.stream(cluster.status(node.name()).get("devices").spliterator(), false)
                .anyMatch(
                    device ->
                        device.get("name").asText().equals(pod.device())
                            && device.get("detected").asBoolean()));
    return pod;
  }

  private String detector() {
    return cluster.status(node.name()).get("localTraffic").asText();
  }

  private void assertRecognised(Host caller) {
    for (AddressFamily family : AddressFamily.values()) {
      assertThat(Outcome.tcp(caller, node.address(family).getHostAddress(), NODE_PORT))
          .as("%s, %s", caller, family)
          .isEqualTo("pod-d");
    }
  }

  private void assertNotRecognised(Host caller) {
    for (AddressFamily family : AddressFamily.values()) {
      assertThat(Outcome.briefTcp(caller, node.address(family).getHostAddress(), NODE_PORT))
          .as("%s, %s", caller, family)
          .isEqualTo(SILENCE);
    }
  }
}
