// SPDX-License-Identifier: Apache-2.0
package dev.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.config.KubeProxyConfiguration.Origin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is taken from a file, and what of it is wrong. */
class ConfigurationFileTest {
  private static final Path RESOURCES = Path.of("src/test/resources/config");
  private static final String KUBE_PROXY =
      "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n";
  private static final String SLUICE =
      "apiVersion: sluice.dev/v1alpha1\nkind: SluiceConfiguration\n";

  @TempDir private Path temporary;

  private ConfigurationFile read(String content) {
    try {
      Path file = Files.writeString(temporary.resolve("config.yaml"), content);
      return ConfigurationFile.read(file, List.of("flows", "nodeIp", "socketHooks"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static KubeProxyConfiguration configuration(String resource) {
    ConfigurationFile file = ConfigurationFile.read(RESOURCES.resolve(resource), List.of());
    assertThat(file.errors()).isEmpty();
    assertThat(file.strictErrors()).isEmpty();
    return KubeProxyConfiguration.of(file, Map.of());
  }

  @Test
  @ShowsRules({228, 229, 230, 231, 232, 235, 236, 237, 238})
  void theFileThatKubeadmWritesHasTheDefaultsButForWhatItSays() {
    KubeProxyConfiguration kubeadm = configuration("kubeadm.yaml");

    assertThat(kubeadm.errors()).isEmpty();
    assertThat(kubeadm.notices()).isEmpty();
    for (KubeProxySetting field : KubeProxySetting.fields()) {
      boolean said = List.of("clientConnection.kubeconfig", "clusterCIDR").contains(field.field());
      if (!said) {
        assertThat(kubeadm.value(field).text())
            .as(field.field())
            .isIn(
                KubeProxyConfiguration.defaults().value(field).text(),
                "json=infoBufferSize=0,text=infoBufferSize=0");
      }
    }
    assertThat(kubeadm.text("clusterCIDR")).isEqualTo("10.244.0.0/16");
    assertThat(kubeadm.text("clientConnection.kubeconfig"))
        .isEqualTo("/var/lib/kube-proxy/kubeconfig.conf");
    assertThat(kubeadm.text("healthzBindAddress")).isEqualTo("0.0.0.0:10256");
    assertThat(kubeadm.text("metricsBindAddress")).isEqualTo("127.0.0.1:10249");
    assertThat(kubeadm.text("iptables.syncPeriod")).isEqualTo("30s");
    assertThat(kubeadm.text("iptables.minSyncPeriod")).isEqualTo("1s");
    assertThat(kubeadm.text("nftables.minSyncPeriod")).isEqualTo("1s");
    assertThat(kubeadm.text("configSyncPeriod")).isEqualTo("15m0s");
    assertThat(kubeadm.text("mode")).isEqualTo("iptables");
    assertThat(kubeadm.text("detectLocalMode")).isEqualTo("ClusterCIDR");
    assertThat(kubeadm.integer("oomScoreAdj")).isEqualTo(-999);
    assertThat(kubeadm.integer("conntrack.maxPerCore")).isEqualTo(32768);
    assertThat(kubeadm.integer("conntrack.min")).isEqualTo(131072);
    assertThat(kubeadm.text("conntrack.tcpEstablishedTimeout")).isEqualTo("24h0m0s");
    assertThat(kubeadm.text("conntrack.tcpCloseWaitTimeout")).isEqualTo("1h0m0s");
  }

  @Test
  @ShowsRules({228, 229, 230, 231, 232, 235, 236, 237, 238})
  void everyFieldIsTakenFromAFile() {
    KubeProxyConfiguration all = configuration("every-field.yaml");

    assertThat(all.errors()).isEmpty();
    for (KubeProxySetting field : KubeProxySetting.fields()) {
      assertThat(all.value(field).origin()).as(field.field()).isEqualTo(Origin.FILE);
      assertThat(all.value(field).text()).as(field.field()).isNotEqualTo(field.defaultValue());
    }
    assertThat(all.text("healthzBindAddress")).isEqualTo("[fd00::9]:20256");
    assertThat(all.text("metricsBindAddress")).isEqualTo("[fd00::9]:10249");
    assertThat(all.text("clientConnection.qps")).isEqualTo("7.5");
    assertThat(all.text("clusterCIDR")).isEqualTo("10.1.0.0/16,fd10::/48");
    assertThat(all.list("nodePortAddresses")).containsExactly("primary", "192.0.2.0/24");
    assertThat(all.bindAddress()).hasToString("Optional[fd00::9]");
    assertThat(all.text("conntrack.udpStreamTimeout")).isEqualTo("3m20s");
  }

  @Test
  @ShowsRules(233)
  void whatIsNotHonouredIsToldInALineEach() {
    List<String> notices = configuration("every-field.yaml").notices();

    for (KubeProxySetting field : KubeProxySetting.fields()) {
      assertThat(notices.stream().anyMatch(line -> line.startsWith(field.field() + " ")))
          .as("a notice about " + field.field())
          .isEqualTo(field.use() != KubeProxySetting.Use.HONOURED);
    }
    assertThat(notices).allMatch(line -> !line.contains("\n"));
  }

  @Test
  void anIpv6BindAddressMovesTheDefaultsOfTheOthers() {
    KubeProxyConfiguration ipv6 =
        KubeProxyConfiguration.of(read(KUBE_PROXY + "bindAddress: \"::\"\n"), Map.of());

    assertThat(ipv6.text("healthzBindAddress")).isEqualTo("[::]:10256");
    assertThat(ipv6.text("metricsBindAddress")).isEqualTo("[::1]:10249");
    assertThat(ipv6.bindAddress()).isEmpty();
  }

  @Test
  @ShowsRules(240)
  void unknownAndDuplicateFieldsAreNamedWithTheirLinesAndTheRestIsLoaded() {
    ConfigurationFile file =
        read(
            KUBE_PROXY
                + """
                mode: nftables
                udpIdleTimeout: 250ms
                iptables:
                  masqeradeAll: true
                  syncPeriod: 10s
                  syncPeriod: 20s
                mode: iptables
                """);

    assertThat(file.errors()).isEmpty();
    assertThat(file.strictErrors())
        .satisfiesExactly(
            line -> assertThat(line).contains(":4: KubeProxyConfiguration.udpIdleTimeout: unknown"),
            line ->
                assertThat(line)
                    .contains(":6: KubeProxyConfiguration.iptables.masqeradeAll: unknown"),
            line ->
                assertThat(line)
                    .contains(":8: KubeProxyConfiguration.iptables.syncPeriod:", "line 7"),
            line -> assertThat(line).contains(":9: KubeProxyConfiguration.mode:", "line 3"));
    KubeProxyConfiguration loaded = KubeProxyConfiguration.of(file, Map.of());
    assertThat(loaded.text("mode")).isEqualTo("iptables");
    assertThat(loaded.text("iptables.syncPeriod")).isEqualTo("20s");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          bindAddress: 7               | bindAddress: '7' must be text
          enableProfiling: "true"      | enableProfiling: 'true' must be true or false
          oomScoreAdj: "1"             | oomScoreAdj: '1' must be a whole number
          oomScoreAdj: 1.5             | oomScoreAdj: '1.5' must be a whole number
          oomScoreAdj: 99999999999     | oomScoreAdj: '99999999999' must be a whole number
          configSyncPeriod: 30         | configSyncPeriod: '30' must be a duration
          configSyncPeriod: soon       | configSyncPeriod: 'soon' must be a duration
          nodePortAddresses: primary   | nodePortAddresses: 'primary' must be a list
          nodePortAddresses: [1]       | nodePortAddresses: '1' must be a list
          iptables: true               | iptables: must have fields
          clientConnection: {qps: few} | clientConnection.qps: 'few' must be a number
          """)
  void aValueOfAnotherTypeIsNamedWithItsField(String field, String message) {
    assertThat(read(KUBE_PROXY + field + "\n").errors())
        .singleElement()
        .asString()
        .contains("config.yaml:3: KubeProxyConfiguration." + message);
  }

  @Test
  void bothDocumentsOfAFileAreReadInAnyOrder() {
    String sluice = SLUICE + "flows: 1000\nnodeIp: [10.0.0.1, fd00::1]\nsocketHooks: off\n";
    String kubeProxy = KUBE_PROXY + "mode: nftables\n";

    for (String content :
        List.of(sluice + "---\n" + kubeProxy, "---\n" + kubeProxy + "---\n" + sluice)) {
      ConfigurationFile file = read(content);
      assertThat(file.errors()).isEmpty();
      assertThat(KubeProxyConfiguration.of(file, Map.of()).text("mode")).isEqualTo("nftables");
      assertThat(file.sluice()).extractingByKey("flows").extracting("text").isEqualTo("1000");
      assertThat(file.sluice())
          .extractingByKey("nodeIp")
          .extracting("text")
          .isEqualTo("10.0.0.1,fd00::1");
      assertThat(file.sluice()).extractingByKey("socketHooks").extracting("text").isEqualTo("off");
    }
  }

  @Test
  void aFieldThatASluiceConfigurationDoesNotHaveIsAnError() {
    assertThat(read(SLUICE + "flowz: 1\nflows: 2\nflows: 3\nnodeIp: {a: b}\n").errors())
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .contains(":3: SluiceConfiguration.flowz: unknown", "flows, nodeIp"),
            line ->
                assertThat(line).contains(":5: SluiceConfiguration.flows: is already in line 4"),
            line -> assertThat(line).contains(":6: SluiceConfiguration.nodeIp: must be a value"));
  }

  @Test
  @ShowsRules(239)
  void anotherVersionOrKindIsAnErrorThatNamesWhatThereIs() {
    assertThat(
            read("apiVersion: kubeproxy.config.k8s.io/v1alpha2\nkind: KubeProxyConfiguration\n")
                .errors())
        .singleElement()
        .asString()
        .contains("v1alpha2", "write it as kubeproxy.config.k8s.io/v1alpha1");
    assertThat(read("apiVersion: v1\nkind: ConfigMap\n").errors())
        .singleElement()
        .asString()
        .contains("'ConfigMap'", "KubeProxyConfiguration", "SluiceConfiguration");
    assertThat(read(KUBE_PROXY + "---\n" + KUBE_PROXY).errors())
        .singleElement()
        .asString()
        .contains("a second KubeProxyConfiguration");
    assertThat(read("# nothing\n").errors()).singleElement().asString().contains("holds no");
    assertThat(read("- a\n").errors()).singleElement().asString().contains("kind");
  }

  @Test
  void whatIsNotYamlIsAnErrorWithItsLine() {
    assertThatThrownBy(() -> read("mode: [\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("config.yaml:", "not YAML");
    assertThatThrownBy(() -> ConfigurationFile.read(temporary.resolve("none"), List.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("cannot read");
    assertThatThrownBy(() -> read(KUBE_PROXY + "clusterCIDR: &a 10.0.0.0/8\nbindAddress: *a\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("line 4", "aliases");
  }
}
