// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.model.RegisteredNode;
import dev.sluice.node.InterfaceAddress;
import dev.sluice.node.NetworkImage;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Options that do not fit the node, and those that probably mean something else. */
class StartChecksTest {
  private static final String IPV4_NETWORK = "10.1.0.0/16";
  private static final String IPV6_NETWORK = "fd10::/48";
  private static final NetworkImage DUAL_STACK = node("127.0.0.1", "192.0.2.1", "::1", "fd00::1");
  private static final NetworkImage IPV4_ONLY = node("127.0.0.1", "192.0.2.1");

  private static NetworkImage node(String... addresses) {
    List<InterfaceAddress> all = new ArrayList<>();
    for (String address : addresses) {
      try {
        all.add(
            new InterfaceAddress(
                1,
                InetAddress.getByName(address),
                24,
                InterfaceAddress.SCOPE_GLOBAL,
                false,
                false,
                false,
                false));
      } catch (UnknownHostException e) {
        throw new AssertionError(e);
      }
    }
    return NetworkImage.of(List.of(), all, List.of());
  }

  private static RunOptions options(String... arguments) {
    return RunOptionsTest.parse(arguments);
  }

  private static void start(NetworkImage node, String... arguments) {
    StartChecks.requireFit(options(arguments), node);
  }

  private static List<String> nodePortWarnings(NetworkImage node, String... arguments) {
    RunOptions options = options(arguments);
    return options
        .proxy()
        .warnings(NodeState.facts(options.node(), node, RegisteredNode.UNKNOWN))
        .stream()
        .filter(line -> line.contains("--nodeport-addresses"))
        .toList();
  }

  @Test
  @ShowsRules(20)
  void aNodeAddressOfAFamilyThatTheHostLacksIsRefused() {
    assertThatThrownBy(() -> start(IPV4_ONLY, "--node-ip", "192.0.2.1,fd00::1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("--node-ip fd00::1", "no IPv6 address");
    assertThatThrownBy(() -> start(node("::1"), "--node-ip", "192.0.2.1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("--node-ip 192.0.2.1", "no IPv4 address");

    start(IPV4_ONLY, "--node-ip", "192.0.2.1");
    start(node("127.0.0.1", "::1"), "--node-ip", "192.0.2.1,fd00::1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--sample-refusals", "--sample-others"})
  void packetsAreSampledByAPowerOfTwoOrNotAtAll(String option) {
    for (String every : new String[] {"-1", "3", "100"}) {
      assertThatThrownBy(() -> start(IPV4_ONLY, option, every))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll(option, "power of 2", every);
    }
    for (String every : new String[] {"0", "1", "64"}) {
      start(IPV4_ONLY, option, every);
    }
  }

  @Test
  void theRoomForEventsIsAPowerOfTwo() {
    assertThatThrownBy(() -> options("--event-bytes", "5000").mapSizes())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("--event-bytes", "5000");
    assertThat(
            options("--event-bytes", "1048576").mapSizes().expectedBytes()
                - options().mapSizes().expectedBytes())
        .isEqualTo(1048576 - 262144);
  }

  @ParameterizedTest
  @CsvSource({
    "ClusterCIDR, --cluster-cidr",
    "NodeCIDR, --pod-cidr",
  })
  @ShowsRules(204)
  void podNetworksWithoutOneOfThePrimaryFamilyAreRefused(String mode, String networks) {
    String[] ipv4First = {"--detect-local-mode", mode, "--node-ip", "192.0.2.1,fd00::1", networks};
    String[] ipv6First = {"--detect-local-mode", mode, "--node-ip", "fd00::1,192.0.2.1", networks};

    assertThatThrownBy(() -> start(DUAL_STACK, with(ipv4First, IPV6_NETWORK)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(networks, "no IPv4 network", "192.0.2.1");
    assertThatThrownBy(() -> start(DUAL_STACK, with(ipv6First, IPV4_NETWORK)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(networks, "no IPv6 network", "fd00::1");

    start(DUAL_STACK, with(ipv4First, IPV4_NETWORK));
    start(DUAL_STACK, with(ipv6First, IPV6_NETWORK));
    start(DUAL_STACK, with(ipv6First, IPV4_NETWORK + "," + IPV6_NETWORK));
  }

  private static String[] with(String[] arguments, String last) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add(last);
    return all.toArray(String[]::new);
  }

  @Test
  void podNetworksThatTheModeDoesNotAskForDoNotMatter() {
    start(
        DUAL_STACK,
        "--detect-local-mode",
        "BridgeInterface",
        "--pod-bridge-interface",
        "cni0",
        "--node-ip",
        "192.0.2.1",
        "--cluster-cidr",
        IPV6_NETWORK);
  }

  @Test
  @ShowsRules({204, 284})
  void nodePortsOnEveryAddressByDefaultAreAWarningInIptablesMode() {
    assertThat(nodePortWarnings(DUAL_STACK))
        .singleElement()
        .asString()
        .contains("every address", "--nodeport-addresses primary");
    assertThat(nodePortWarnings(DUAL_STACK, "--proxy-mode", "nftables")).isEmpty();
    assertThat(nodePortWarnings(DUAL_STACK, "--nodeport-addresses", "primary")).isEmpty();
  }

  @Test
  @ShowsRules(204)
  void nodePortNetworksWithoutOneOfAFamilyInUseAreAWarning() {
    String[] ipv4Only = {"--nodeport-addresses", "192.0.2.0/24", "--node-ip", "192.0.2.1,fd00::1"};
    assertThat(nodePortWarnings(DUAL_STACK, ipv4Only))
        .singleElement()
        .asString()
        .contains("no IPv6 network", "every IPv6 address");
    assertThat(
            nodePortWarnings(
                IPV4_ONLY, "--nodeport-addresses", "192.0.2.0/24", "--node-ip", "192.0.2.1"))
        .isEmpty();
    assertThat(
            nodePortWarnings(
                DUAL_STACK,
                "--nodeport-addresses",
                "192.0.2.0/24,fd00::/64",
                "--node-ip",
                "192.0.2.1,fd00::1"))
        .isEmpty();
  }
}
