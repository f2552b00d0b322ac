// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.compatibility.ShowsRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Scenarios through the real programs on this machine's kernel. */
class VerificationTest {
  @RegisterExtension static final LoadedVerification VERIFICATION = new LoadedVerification();

  @RegisterExtension
  static final LoadedVerification BY_XDP = new LoadedVerification(Optional.of(PacketHook.XDP));

  @TempDir Path temporary;

  private Scenario scenario(String service, String flow, String expected) throws IOException {
    return scenario("{}", service, flow, expected);
  }

  private Scenario scenario(String config, String service, String flow, String expected)
      throws IOException {
    Path file = Files.createTempFile(temporary, "scenario", ".yaml");
    Files.writeString(
        file,
        """
        name: made for a test
        node: {name: here, addresses: [198.51.100.1]}
        config: %s
        steps:
          - objects:
              - apiVersion: v1
                kind: Service
                metadata: {name: s}
                spec: %s
              - apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: s-1, labels: {kubernetes.io/service-name: s}}
                addressType: IPv4
                ports: [{name: p, port: 9}, {name: u, port: 9, protocol: UDP}, {name: c, port: 9, protocol: SCTP}]
                endpoints: [{addresses: [10.1.0.1], nodeName: here}, {addresses: [10.2.0.1], nodeName: there}]
            flows:
              - {%s, expect: %s}
        """
            .formatted(config, service, flow, expected));
    return new ScenarioReader().read(file).getFirst();
  }

  @Test
  void aDifferenceIsToldWithWhatWasFoundAndWhy() throws IOException {
    Scenario scenario =
        scenario(
            "{clusterIP: 10.96.0.1, ports: [{name: p, port: 80}]}",
            "from: pod, source: 10.1.0.7, destination: 10.96.0.1, port: 80",
            "{verdict: forward, backends: ['10.1.0.1:9']}");

    assertThat(VERIFICATION.run(scenario))
        .extracting(Result::difference)
        .containsExactly(Optional.of("forward to 10.1.0.1:9, 10.2.0.1:9 (opened-local)"));
  }

  /** Its reasons tell that XDP has sent on packets of both directions. */
  @Test
  void byXdpConnectionsToOtherNodesAreCarriedOn() throws IOException {
    Scenario scenario =
        scenario(
            "{clusterIP: 10.96.0.1, ports: [{name: p, port: 80}]}",
            "from: external, source: 203.0.113.9, destination: 10.96.0.1, port: 80",
            "{verdict: forward, backends: ['10.2.0.1:9']}");

    assertThat(BY_XDP.run(scenario))
        .extracting(Result::difference)
        .containsExactly(
            Optional.of(
                "forward to 10.1.0.1:9, 10.2.0.1:9 (forwarded, opened-local, opened-remote,"
                    + " pass-left-to-tc, replied)"));
  }

  @Test
  void withSessionAffinityManyClientsUseEveryBackend() throws IOException {
    Scenario scenario =
        scenario(
            "{clusterIP: 10.96.0.1, sessionAffinity: ClientIP, ports: [{name: p, port: 80}]}",
            "from: pod, source: 10.1.0.7, destination: 10.96.0.1, port: 80",
            "{verdict: forward, backends: ['10.1.0.1:9', '10.2.0.1:9']}");

    assertThat(VERIFICATION.run(scenario)).allMatch(Result::passed).hasSize(1);
  }

  @Test
  void sctpToAnotherPortThanTheBackendsIsNotServed() throws IOException {
    Scenario scenario =
        scenario(
            "{clusterIP: 10.96.0.1, ports: [{name: c, port: 80, protocol: SCTP}]}",
            "from: pod, source: 10.1.0.7, destination: 10.96.0.1, port: 80, protocol: SCTP",
            "{verdict: pass}");

    assertThat(VERIFICATION.run(scenario)).allMatch(Result::passed).hasSize(1);
  }

  @Test
  void aPodThatReachesItselfIsForwardedToItself() throws IOException {
    Scenario scenario =
        scenario(
            "{clusterIP: 10.96.0.1, ports: [{name: p, port: 80}]}",
            "from: pod, source: 10.1.0.1, destination: 10.96.0.1, port: 80",
            "{verdict: forward, backends: ['10.1.0.1:9', '10.2.0.1:9']}");

    assertThat(VERIFICATION.run(scenario)).allMatch(Result::passed).hasSize(1);
  }

  /** The API servers' endpoints are such; the policies go by the name of the node all the same. */
  @ShowsRules({33, 281})
  @Test
  void anEndpointAtTheNodesOwnAddressIsReachedThoughItBearsNoNodeName() throws IOException {
    Path file = temporary.resolve("api-server.yaml");
    Files.writeString(
        file,
        """
        node: {name: here, addresses: [198.51.100.1]}
        steps:
          - objects:
              - apiVersion: v1
                kind: Service
                metadata: {name: kubernetes}
                spec: {clusterIP: 10.96.0.1, ports: [{name: https, port: 443}]}
              - apiVersion: v1
                kind: Service
                metadata: {name: here-only}
                spec: {clusterIP: 10.96.0.2, internalTrafficPolicy: Local, ports: [{name: https, port: 443}]}
              - apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: kubernetes, labels: {kubernetes.io/service-name: kubernetes}}
                addressType: IPv4
                ports: [{name: https, port: 6443}]
                endpoints: [{addresses: [198.51.100.1]}]
              - apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: here-only, labels: {kubernetes.io/service-name: here-only}}
                addressType: IPv4
                ports: [{name: https, port: 6443}]
                endpoints: [{addresses: [198.51.100.1]}]
            flows:
              - {from: external, source: 203.0.113.9, destination: 10.96.0.1, port: 443,
                 expect: {verdict: forward, backends: ['198.51.100.1:6443']}}
              - {from: external, source: 203.0.113.9, destination: 10.96.0.2, port: 443,
                 expect: {verdict: drop}}
        """);

    assertThat(VERIFICATION.run(new ScenarioReader().read(file).getFirst()))
        .extracting(Result::difference)
        .containsExactly(Optional.empty(), Optional.empty());
  }

  @Test
  void theNodesOwnDatagramsGoToTheBackends() throws IOException {
    Scenario scenario =
        scenario(
            "{clusterIP: 10.96.0.1, ports: [{name: u, port: 53, protocol: UDP}]}",
            "from: node, source: 198.51.100.1, destination: 10.96.0.1, port: 53, protocol: UDP",
            "{verdict: forward, backends: ['10.1.0.1:9', '10.2.0.1:9']}");

    assertThat(VERIFICATION.run(scenario)).allMatch(Result::passed).hasSize(1);
  }

  @Test
  void inIptablesModeOtherPortsAndFreeAddressesAreLeftAlone() throws IOException {
    Scenario scenario =
        scenario(
            "{mode: iptables, serviceCIDRs: [10.96.0.0/16]}",
            "{clusterIP: 10.96.0.1, ports: [{name: p, port: 80}]}",
            "from: node, source: 198.51.100.1, destination: 10.96.0.1, port: 81",
            "{verdict: pass}");

    assertThat(VERIFICATION.run(scenario)).allMatch(Result::passed).hasSize(1);
  }

  @Test
  void aBrokenFileIsReportedByNameAndPlace() throws IOException {
    Path file = temporary.resolve("broken.yaml");
    Files.writeString(
        file,
        """
        node: {name: here}
        steps:
          - flows:
              - {from: pot, source: 10.1.0.7, destination: 10.96.0.1, port: 80}
        """);

    assertThatThrownBy(() -> new ScenarioReader().read(file))
        .isInstanceOf(ScenarioException.class)
        .hasMessage(file + ", steps[0].flows[0].from: 'pot' is none of pod, node, external");
  }

  @Test
  void aFileThatIsNoYamlIsReportedByLine() throws IOException {
    Path file = temporary.resolve("broken.yaml");
    Files.writeString(file, "node: {name: here}\nsteps: [\n");

    assertThatThrownBy(() -> new ScenarioReader().read(file))
        .isInstanceOf(ScenarioException.class)
        .hasMessageStartingWith(file + ", line ");
  }

  @Test
  void anObjectThatIsNotValidIsReportedByName() {
    assertThatThrownBy(
            () ->
                scenario(
                    "{clusterIP: 10.96.0.1, ports: [{name: p, port: 80, protocol: ICMP}]}",
                    "from: pod, source: 10.1.0.7, destination: 10.96.0.1, port: 80",
                    "{verdict: pass}"))
        .isInstanceOf(ScenarioException.class)
        .hasMessageContaining("steps[0].objects")
        .hasMessageContaining("Service default/s")
        .hasMessageContaining("'ICMP'");
  }
}
