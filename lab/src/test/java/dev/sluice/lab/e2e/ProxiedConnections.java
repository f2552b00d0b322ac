// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Host;
import dev.sluice.lab.Lab;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.OpenConnection;
import dev.sluice.lab.ProbeException;
import dev.sluice.lab.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * TCP connections through node-1, open while it changes its proxy. There is one of each kind and
 * family: from a pod and from outside; to a backend here and on another node.
 */
final class ProxiedConnections implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private record Witness(String name, OpenConnection connection) {}

  private final List<Witness> witnesses = new ArrayList<>();

  private ProxiedConnections() {}

  /** The Services that they go to: one backend each, one on node-1, one on node-2. */
  static List<ServiceFile> services(Lab lab) {
    return List.of(
        ServiceFile.tcp("near", 1).withNodePort(30080).with(lab.pod("pod-b"), 9000),
        ServiceFile.tcp("far", 2).withNodePort(30081).with(lab.pod("pod-c"), 9000));
  }

  /** Opens them, and sees that the right backend answers. */
  static ProxiedConnections open(Lab lab) {
    ProxiedConnections connections = new ProxiedConnections();
    NodeHost node = lab.node("node-1");
    for (AddressFamily family : AddressFamily.values()) {
      for (ServiceFile service : services(lab)) {
        int nodePort = service.ports().getFirst().nodePort();
        connections.open(lab.pod("pod-a"), service, service.clusterIp(family), 80);
        connections.open(lab.client(), service, service.externalIp(family), 80);
        connections.open(lab.client(), service, node.address(family).getHostAddress(), nodePort);
      }
    }
    return connections;
  }

  private void open(Host client, ServiceFile service, String address, int port) {
    OpenConnection connection = client.probe().open(Target.of(address, port).within(PATIENCE));
    assertThat(connection.connection().server())
        .isEqualTo(service.members().getFirst().host().name());
    String name = "%s to %s at %s port %d".formatted(client, service.name(), address, port);
    witnesses.add(new Witness(name, connection));
  }

  /** All of them still carry what is sent. */
  void checkAll(String event) {
    assertThat(ended(event)).as(event).isEmpty();
    System.out.printf("%s: %d connections go on%n", event, witnesses.size());
  }

  /** Sends something by each of them, and names those that have ended, client first. */
  List<String> ended(String event) {
    List<String> ended = new ArrayList<>();
    for (Witness witness : witnesses) {
      try {
        assertThat(witness.connection().echo(event)).isEqualTo(event);
      } catch (ProbeException e) {
        ended.add(witness.name());
        System.out.printf("%s: %s: %s%n", event, witness.name(), e.getMessage());
      }
    }
    return ended;
  }

  @Override
  public void close() {
    witnesses.forEach(witness -> witness.connection().close());
  }
}
