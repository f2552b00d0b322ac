// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.Failure;
import dev.sluice.lab.Host;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.ProbeException;
import dev.sluice.lab.Target;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A Service without any endpoint tells its clients at once. */
@ShowsRules({53, 147, 151})
final class RefusalTest {
  private static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: nobody, namespace: default}
      spec:
        type: NodePort
        clusterIP: 10.96.0.99
        clusterIPs: [10.96.0.99, "fd96::99"]
        ipFamilies: [IPv4, IPv6]
        ports:
        - {name: tcp, port: 80, protocol: TCP, nodePort: 30099}
        - {name: udp, port: 80, protocol: UDP, nodePort: 30099}
      """;
  private static final List<String> CLUSTER_IPS = List.of("10.96.0.99", "fd96::99");
  private static final List<String> NODE_ADDRESSES = List.of("172.31.0.11", "fd00:31::11");

  @ParameterizedTest
  @ValueSource(strings = {"all", "off"})
  void aServiceWithoutEndpointsIsRefusedAtOnce(String socketHooks) {
    try (Cluster cluster =
        Cluster.create(LabOptions.of(Layout.ROUTED), "--socket-hooks", socketHooks)) {
      cluster.apply("nobody.yaml", SERVICE);
      cluster.startAgents();
      Host pod = cluster.lab().pod("pod-a");
      Host client = cluster.lab().client();
      for (String address : CLUSTER_IPS) {
        assertRefused(() -> pod.probe().connect(target(address, 80)));
        assertRefused(() -> pod.probe().udpConnected(target(address, 80), "anybody?"));
      }
      for (String address : NODE_ADDRESSES) {
        assertRefused(() -> client.probe().connect(target(address, 30099)));
        assertRefused(() -> client.probe().udpConnected(target(address, 30099), "anybody?"));
      }
      assertThat(cluster.verdicts("node-1").of("tc_ingress", "reject_no_backend")).isPositive();
    }
  }

  private static Target target(String address, int port) {
    return Target.of(address, port).within(Duration.ofSeconds(1));
  }

  private static void assertRefused(ThrowingCallable call) {
    ProbeException failure = catchThrowableOfType(ProbeException.class, call);
    assertThat(failure).isNotNull();
    assertThat(failure.failure()).isEqualTo(Failure.REFUSED);
  }
}
