// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.LocalTraffic;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.RegisteredNode;
import dev.sluice.node.CommandRunner;
import dev.sluice.node.NetworkImage;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** What becomes of the options that say what kube-proxy would read elsewhere. */
class RunOptionsTest {
  static RunOptions parse(String... arguments) {
    RunOptions options = new RunOptions();
    CommandLine commandLine = new CommandLine(options);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.parseArgs(arguments);
    return options;
  }

  private static LocalTraffic pods(String... arguments) {
    return parse(arguments).proxyConfig().localTraffic();
  }

  private static NodeFacts facts(RunOptions options) {
    return facts(options, RegisteredNode.UNKNOWN);
  }

  private static NodeFacts facts(RunOptions options, RegisteredNode registered) {
    return NodeState.facts(options.node(), NetworkImage.EMPTY, registered);
  }

  private static List<Cidr> cidrs(String... texts) {
    return List.of(texts).stream().map(Cidr::parse).toList();
  }

  @Test
  void withoutOptionsTheConfigurationIsKubeProxysDefault() {
    assertThat(parse().proxyConfig()).isEqualTo(ProxyConfig.defaults());
  }

  @Test
  @ShowsRules(141)
  void byClusterCidrTheFirstOfEachFamilyCounts() {
    RunOptions options =
        parse("--cluster-cidr", "10.1.0.0/16,10.2.0.0/16,fd10::/48", "--node-name", "a");
    LocalTraffic pods = options.proxyConfig().localTraffic();

    assertThat(pods.podNetworks(facts(options)))
        .containsExactlyInAnyOrderElementsOf(cidrs("10.1.0.0/16", "fd10::/48"));
    assertThat(options.proxy().describeDetector(facts(options)))
        .isEqualTo("ClusterCIDR 10.1.0.0/16, fd10::/48");
    assertThat(pods("--cluster-cidr", "10.1.0.0/16").recognisesPods(IpFamily.IPV6, facts(options)))
        .isFalse();
  }

  @Test
  @ShowsRules(142)
  void byNodeCidrThePodNetworksOfTheNodeCount() {
    RunOptions options =
        parse(
            "--detect-local-mode",
            "NodeCIDR",
            "--pod-cidr",
            "10.1.1.0/24, fd10:1::/64",
            "--cluster-cidr",
            "10.0.0.0/8",
            "--nodeport-addresses",
            "primary",
            "--node-name",
            "a");
    LocalTraffic pods = options.proxyConfig().localTraffic();

    assertThat(pods.podNetworks(facts(options)))
        .containsExactlyInAnyOrderElementsOf(cidrs("10.1.1.0/24", "fd10:1::/64"));
    assertThat(options.proxy().warnings(facts(options))).isEmpty();
  }

  @Test
  @ShowsRules({142, 201})
  void theNodeObjectSaysWhatTheOptionsDoNot() {
    RegisteredNode registered =
        new RegisteredNode(
            Optional.of("zone-1"),
            cidrs("10.1.1.0/24"),
            List.of(IpAddress.parse("192.0.2.1"), IpAddress.parse("203.0.113.9")));
    NodeFacts bare = facts(parse("--node-name", "a"), registered);
    NodeFacts told =
        facts(
            parse("--node-name=a", "--zone=z", "--pod-cidr=10.2.0.0/24", "--node-ip=192.0.2.7"),
            registered);

    assertThat(bare.zone()).contains("zone-1");
    assertThat(bare.podCidrs()).isEqualTo(cidrs("10.1.1.0/24"));
    assertThat(bare.nodeIps()).isEqualTo(registered.addresses());
    assertThat(told.zone()).contains("z");
    assertThat(told.podCidrs()).isEqualTo(cidrs("10.2.0.0/24"));
    assertThat(told.primaryIp(IpFamily.IPV4)).contains(IpAddress.parse("192.0.2.7"));
  }

  @Test
  @ShowsRules(143)
  void byBridgeInterfaceTheWholeNameCounts() {
    LocalTraffic pods =
        pods("--detect-local-mode", "BridgeInterface", "--pod-bridge-interface", "cni0");

    assertThat(pods.recognisesInterface("cni0")).isTrue();
    assertThat(pods.recognisesInterface("cni01")).isFalse();
  }

  @Test
  @ShowsRules({144, 279})
  void byInterfaceNamePrefixTheBeginningCountsEvenOfANic() {
    LocalTraffic pods =
        pods("--detect-local-mode", "interfacenameprefix", "--pod-interface-name-prefix", "veth");

    assertThat(pods.recognisesInterface("veth1a2b")).isTrue();
    assertThat(pods.recognisesInterface("eth0")).isFalse();
    assertThat(
            pods("--detect-local-mode", "InterfaceNamePrefix", "--pod-interface-name-prefix", "e")
                .recognisesInterface("eth0"))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"BridgeInterface", "InterfaceNamePrefix"})
  @ShowsRules(146)
  void aModeByInterfaceWithoutANameIsRefused(String mode) {
    assertThatThrownBy(() -> pods("--detect-local-mode", mode))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(mode)
        .hasMessageContaining("--pod-");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ClusterCIDR", "NodeCIDR"})
  @ShowsRules(146)
  void aModeByNetworkWithoutOneIsAWarningAndNoDetector(String mode) {
    RunOptions options =
        parse("--detect-local-mode", mode, "--nodeport-addresses", "primary", "--node-name", "a");
    NodeFacts facts = facts(options);

    assertThat(options.proxyConfig().localTraffic().recognisesPods(IpFamily.IPV4, facts)).isFalse();
    assertThat(options.proxy().warnings(facts)).singleElement().asString().contains(mode);
    assertThat(options.proxy().describeDetector(facts)).startsWith("none (" + mode);
  }

  @Test
  void anUnknownModeIsNamedWithThoseThereAre() {
    assertThatThrownBy(() -> parse("--detect-local-mode", "Guess"))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("Guess")
        .hasMessageContaining("NodeCIDR");
  }

  @Test
  @ShowsRules(201)
  void theNodesZoneAndAddressAreWhatTheOptionsSay() {
    NodeFacts facts =
        facts(parse("--node-name", "a", "--zone", "north", "--node-ip", "10.0.0.9,fd00::9"));

    assertThat(facts.zone()).contains("north");
    assertThat(facts.primaryIp(IpFamily.IPV4)).contains(IpAddress.parse("10.0.0.9"));
    assertThat(facts.primaryIp(IpFamily.IPV6)).contains(IpAddress.parse("fd00::9"));
    assertThat(facts(parse("--node-name", "a", "--zone=")).zone()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--hostname-override", "--node-name"})
  @ShowsRules(34)
  void theNodesNameIsTrimmedAndInLowerCase(String option) {
    assertThat(parse(option + "= Node-A.Example ").node().name()).isEqualTo("node-a.example");
  }

  @Test
  @ShowsRules(34)
  void withoutANameTheNodeHasTheHosts() {
    String host =
        CommandRunner.processes().run(Duration.ofSeconds(10), List.of("uname", "-n")).orElseThrow();

    assertThat(parse().node().name()).isEqualTo(host.strip().toLowerCase(Locale.ROOT));
    assertThat(parse("--hostname-override=").node().name()).isEqualTo(parse().node().name());
  }

  @Test
  @ShowsRules(34)
  void aNameOfNothingButSpaceIsRefused() {
    assertThatThrownBy(() -> parse("--hostname-override", " ").node().name())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("empty");
  }

  @Test
  @ShowsRules(245)
  void kubeProxysFlagsAboutProxyingAreUnderstood() {
    ProxyConfig byNetwork =
        parse(
                "--proxy-mode=nftables",
                "--cluster-cidr=10.1.0.0/16,fd10::/48",
                "--detect-local-mode=ClusterCIDR",
                "--nodeport-addresses=192.0.2.0/24,fd00::/64",
                "--masquerade-all")
            .proxyConfig();
    assertThat(byNetwork)
        .isEqualTo(
            new ProxyConfig(
                ProxyConfig.Mode.NFTABLES,
                List.of("192.0.2.0/24", "fd00::/64"),
                true,
                new LocalTraffic(
                    LocalTraffic.Mode.CLUSTER_CIDR, cidrs("10.1.0.0/16", "fd10::/48"), ""),
                true,
                List.of()));

    String[] byInterface = {
      "--proxy-mode=iptables", "--pod-bridge-interface=cni0", "--pod-interface-name-prefix=veth"
    };
    assertThat(pods(and("--detect-local-mode=BridgeInterface", byInterface)).interfaceName())
        .isEqualTo("cni0");
    assertThat(pods(and("--detect-local-mode=InterfaceNamePrefix", byInterface)).interfaceName())
        .isEqualTo("veth");
  }

  private static String[] and(String first, String... others) {
    return Stream.concat(Stream.of(first), Stream.of(others)).toArray(String[]::new);
  }
}
