// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.attach.SocketHooks;
import dev.sluice.attach.XdpUse;
import dev.sluice.compatibility.ShowsRules;
import dev.sluice.config.ConfigException;
import dev.sluice.config.KubeProxyConfiguration;
import dev.sluice.dataplane.FlowTimeouts;
import dev.sluice.dataplane.MapSizes;
import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.model.LocalTraffic;
import dev.sluice.model.ProxyConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** A command line of kube-proxy's, and files of it, with {@code sluice run}. */
class KubeProxyFlagsTest {
  @TempDir private Path temporary;

  /** An agent that is ready to start. */
  private record Ready(RunOptions options, EffectiveConfiguration configuration) {
    KubeProxyConfiguration kubeProxy() {
      return configuration.kubeProxy();
    }
  }

  private static Ready ready(String... flags) {
    String[] arguments = Stream.concat(Stream.of("run"), Stream.of(flags)).toArray(String[]::new);
    CommandLine sluice = Sluice.commandLine(arguments);
    sluice.parseArgs(arguments);
    RunCommand run = sluice.getSubcommands().get("run").getCommand();
    return new Ready(run.options(), run.configuration());
  }

  private Path file(String content) {
    try {
      return Files.writeString(temporary.resolve("config.yaml"), content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Path kubeProxy(String fields) {
    return file(
        "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n" + fields);
  }

  @Test
  void aSourceOnTheCommandLineIsMeantAlsoIfTheFileNamesTheOther() {
    String file = "--config=" + kubeProxy("clientConnection:\n  kubeconfig: /k\n");
    assertThat(ready(file, "--manifests=/m").options().source().open("n").status().description())
        .isEqualTo("manifests in /m");
    assertThatThrownBy(
            () -> ready("--kubeconfig=/k", "--manifests=/m").options().source().open("n"))
        .hasMessageContaining("--manifests and --kubeconfig");
  }

  @Test
  @ShowsRules({242, 243, 244, 245, 248})
  void aCommandLineLikeThatOfK3sIsUnderstoodAsItIs() {
    Ready ready =
        ready(
            "--cluster-cidr=10.42.0.0/16",
            "--conntrack-max-per-core=0",
            "--conntrack-tcp-timeout-close-wait=0s",
            "--conntrack-tcp-timeout-established=0s",
            "--healthz-bind-address=127.0.0.1",
            "--hostname-override=K3s-1",
            "--kubeconfig=/var/lib/rancher/k3s/agent/kubeproxy.kubeconfig",
            "--proxy-mode=iptables");

    assertThat(ready.options().node().name()).isEqualTo("k3s-1");
    assertThat(ready.options().proxyConfig().localTraffic().clusterCidrs())
        .containsExactly(Cidr.parse("10.42.0.0/16"));
    assertThat(ready.kubeProxy().text("healthzBindAddress")).isEqualTo("127.0.0.1:10256");
    assertThat(Conntrack.settings(ready.kubeProxy()).connections()).isEmpty();
    assertThat(Conntrack.settings(ready.kubeProxy()).tcpEstablishedTimeout()).isZero();
    assertThat(ready.configuration().notices()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--feature-gates=A=true",
        "-v=2",
        "--v=2",
        "--vmodule=proxier=4",
        "--logging-format=json",
        "--kube-api-content-type=application/json",
        "--kube-api-qps=20",
        "--kube-api-burst=40",
        "--config-sync-period=1m",
        "--profiling",
        "--profiling=true",
        "--show-hidden-metrics-for-version=1.36",
        "--proxy-port-range=1000-2000",
        "--masquerade-all",
        "--iptables-masquerade-bit=15",
        "--iptables-sync-period=10s",
        "--iptables-min-sync-period=5s",
        "--ipvs-sync-period=10s",
        "--ipvs-min-sync-period=5s",
        "--ipvs-scheduler=lc",
        "--ipvs-exclude-cidrs=10.0.0.0/8",
        "--ipvs-strict-arp",
        "--ipvs-tcp-timeout=1h",
        "--ipvs-tcpfin-timeout=1m",
        "--ipvs-udp-timeout=1m",
      })
  @ShowsRules({131, 242, 243, 244, 246, 247, 248})
  void aFlagThatIsNotHonouredIsAcceptedAndToldInOneLine(String flag) {
    String name = flag.substring(0, flag.contains("=") ? flag.indexOf('=') : flag.length());

    assertThat(ready(flag).configuration().notices())
        .singleElement()
        .asString()
        .matches((name.equals("--v") ? "-v" : name) + " \\S+ is (ignored|mapped): .+");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--bind-address=10.0.0.1",
        "--healthz-bind-address=",
        "--metrics-bind-address=0.0.0.0:10249",
        "--bind-address-hard-fail",
        "--healthz-port=0",
        "--metrics-port=0",
        "--oom-score-adj=-998",
        "--iptables-localhost-nodeports=false",
        "--nodeport-addresses=primary",
        "--conntrack-max-per-core=1",
        "--conntrack-min=1",
        "--conntrack-tcp-timeout-established=1h",
        "--conntrack-tcp-timeout-close-wait=2h",
        "--conntrack-tcp-be-liberal",
        "--conntrack-udp-timeout=20s",
        "--conntrack-udp-timeout-stream=3m",
        "--init-only",
        "--cleanup",
        "--write-config-to=/tmp/x",
      })
  @ShowsRules({242, 244, 245, 246, 248})
  void aFlagThatIsHonouredNeedsNoWord(String flag) {
    assertThat(ready(flag).configuration().notices()).isEmpty();
  }

  @Test
  @ShowsRules({198, 242})
  void flagsWinOverTheFile() {
    Path file =
        kubeProxy(
            """
            mode: nftables
            hostnameOverride: from-file
            clusterCIDR: 10.0.0.0/8
            nodePortAddresses: [primary]
            ---
            apiVersion: sluice.dev/v1alpha1
            kind: SluiceConfiguration
            xdp: off
            socketHooks: node
            timeoutEstablished: 2h
            """);
    Ready byFile = ready("--config", file.toString());
    Ready byFlags =
        ready(
            "--config=" + file,
            "--hostname-override=from-flag",
            "--cluster-cidr=10.1.0.0/16",
            "--proxy-mode=iptables",
            "--xdp=require");

    assertThat(byFile.options().node().name()).isEqualTo("from-file");
    assertThat(byFile.options().proxyConfig())
        .isEqualTo(
            new ProxyConfig(
                ProxyConfig.Mode.NFTABLES,
                List.of("primary"),
                true,
                new LocalTraffic(
                    LocalTraffic.Mode.CLUSTER_CIDR, List.of(Cidr.parse("10.0.0.0/8")), ""),
                false,
                List.of()));
    assertThat(byFile.options().xdp()).isEqualTo(XdpUse.OFF);
    assertThat(byFile.options().timeouts().established()).isEqualTo(Duration.ofHours(2));
    assertThat(byFlags.options().node().name()).isEqualTo("from-flag");
    assertThat(byFlags.options().proxyConfig().mode()).isEqualTo(ProxyConfig.Mode.IPTABLES);
    assertThat(byFlags.options().proxyConfig().localTraffic().clusterCidrs())
        .containsExactly(Cidr.parse("10.1.0.0/16"));
    assertThat(byFlags.options().xdp()).isEqualTo(XdpUse.REQUIRE);
    assertThat(byFlags.options().socketHooks()).isEqualTo(SocketHooks.NODE);
  }

  @Test
  @ShowsRules({201, 228})
  void theBindAddressIsTheNodesFirst() {
    assertThat(ready("--config=" + kubeProxy("bindAddress: 10.0.0.7\n")).options().node().ips())
        .containsExactly(IpAddress.parse("10.0.0.7"));
    assertThat(ready("--bind-address=0.0.0.0").options().node().ips()).isEmpty();
    assertThat(ready("--bind-address=10.0.0.7", "--node-ip=10.0.0.8").options().node().ips())
        .containsExactly(IpAddress.parse("10.0.0.8"));
  }

  @Test
  @ShowsRules({182, 238, 248})
  void conntrackIsForSluicesFlowTablesToo() {
    Ready ready =
        ready(
            "--config="
                + kubeProxy(
                    """
                    conntrack:
                      maxPerCore: 40000
                      min: 50000
                      tcpEstablishedTimeout: 2h
                      tcpCloseWaitTimeout: 20m
                      udpTimeout: 20s
                      udpStreamTimeout: 4m
                    """),
            "--conntrack-tcp-timeout-established=3h");

    int connections = Conntrack.settings(ready.kubeProxy()).connections().orElseThrow();
    assertThat(connections).isGreaterThanOrEqualTo(50000);
    assertThat(ready.options().timeouts())
        .isEqualTo(
            new FlowTimeouts(
                Duration.ofHours(3),
                Duration.ofMinutes(20),
                FlowTimeouts.DEFAULT.closed(),
                Duration.ofMinutes(4),
                FlowTimeouts.DEFAULT.embryo(),
                Duration.ofSeconds(20)));
    long memory = 1L << 40;
    assertThat(Conntrack.sizes(MapSizes.forMemory(memory), ready.kubeProxy(), memory).flows())
        .isEqualTo(2 * connections);
    assertThat(ready("--timeout-established=60").options().timeouts().established())
        .isEqualTo(Duration.ofMinutes(1));
    assertThat(ready("--conntrack-min=50", "--flows=512").options().mapSizes().flows())
        .isEqualTo(512);
  }

  @Test
  void flowTablesTakeNoMoreThanAPartOfTheMemory() {
    MapSizes usual = MapSizes.forMemory(1L << 30);
    KubeProxyConfiguration many = ready("--conntrack-max-per-core=1048576").kubeProxy();

    assertThat(Conntrack.sizes(usual, many, 1L << 30).flows())
        .isBetween(usual.flows(), usual.flows() * 8);
    assertThat(Conntrack.sizes(usual, KubeProxyConfiguration.defaults(), 1L << 40))
        .isEqualTo(usual);
  }

  @ParameterizedTest
  @CsvSource({
    "32768, 131072, 2, 131072",
    "32768, 131072, 8, 262144",
    "524288, 131072, 8, 1048576",
    "1000, 2000000, 1, 2000000",
    "10, 0, 3, 30",
  })
  @ShowsRules({182, 238})
  void connectionsGrowWithTheProcessorsUpToAMillion(
      String perCore, String least, int processors, int connections) {
    KubeProxyConfiguration configuration =
        ready("--conntrack-max-per-core=" + perCore, "--conntrack-min=" + least).kubeProxy();

    assertThat(Conntrack.connections(configuration, processors))
        .isEqualTo(OptionalInt.of(connections));
  }

  @ParameterizedTest
  @CsvSource({"rr, equal chances", "lc, equal chances", "mh, Maglev", "sh, Maglev"})
  @ShowsRules({230, 247})
  void modeIpvsBehavesLikeIptablesAndSaysWhatBecomesOfItsScheduler(String scheduler, String word) {
    Ready ready = ready("--proxy-mode=ipvs", "--ipvs-scheduler=" + scheduler);

    assertThat(ready.options().proxyConfig().mode()).isEqualTo(ProxyConfig.Mode.IPTABLES);
    assertThat(ready.configuration().notices())
        .singleElement()
        .asString()
        .contains("behaves like iptables", "scheduler " + scheduler, word);
  }

  @Test
  @ShowsRules(242)
  void whatIsWrittenIsReadAsTheSame() throws IOException {
    Path written = temporary.resolve("written.yaml");
    Path everything = Path.of("src/test/resources/config/every-field.yaml");
    CommandRun run =
        CommandRun.of(
            "run",
            "--config=" + everything,
            "--flows=5000",
            "--feature-gates=A=true,B=false",
            "--write-config-to=" + written);

    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    EffectiveConfiguration before =
        ready("--config=" + everything, "--flows=5000", "--feature-gates=A=true,B=false")
            .configuration();
    EffectiveConfiguration after = ready("--config=" + written).configuration();
    assertThat(after.warnings()).isEmpty();
    for (int index = 0; index < before.settings().size(); index++) {
      EffectiveConfiguration.Setting setting = before.settings().get(index);
      if (!setting.field().startsWith("logging.")) {
        assertThat(after.settings().get(index).value())
            .as(setting.field())
            .isEqualTo(setting.value());
      }
    }
  }

  @Test
  @ShowsRules(240)
  void anOldFileIsLoadedWithAWarningForEachFieldThatIsNotKnown() {
    Ready ready = ready("--config=" + kubeProxy("udpIdleTimeout: 250ms\nmode: nftables\n"));

    assertThat(ready.configuration().warnings()).singleElement().asString().contains(":3:");
    assertThat(ready.options().proxyConfig().mode()).isEqualTo(ProxyConfig.Mode.NFTABLES);
  }

  @Test
  @ShowsRules(241)
  void mistakesEndTheAgentBeforeItTouchesAnything() {
    CommandRun byFile =
        CommandRun.of("run", "--config=" + kubeProxy("mode: userspace\noomScoreAdj: 5000\n"));
    assertThat(byFile.status()).isNotZero();
    assertThat(byFile.err()).contains("KubeProxyConfiguration.mode", "oomScoreAdj: 5000");

    assertThatThrownBy(() -> ready("--conntrack-min=-1", "--oom-score-adj=5000"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("--conntrack-min", "--oom-score-adj");
  }

  @Test
  void cleanupNamesTheCommandsThatDoIt() {
    CommandRun run = CommandRun.of("run", "--cleanup");

    assertThat(run.status()).isNotZero();
    assertThat(run.err()).contains("sluice detach");
  }
}
