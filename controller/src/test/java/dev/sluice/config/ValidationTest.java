// SPDX-License-Identifier: Apache-2.0
package dev.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** kube-proxy's checks of what its settings say. */
class ValidationTest {
  /** Fields and their text, in turn. */
  private static List<String> errors(String... fieldsAndTexts) {
    Map<KubeProxySetting, ConfigurationFile.Value> values = new HashMap<>();
    for (int index = 0; index < fieldsAndTexts.length; index += 2) {
      values.put(
          KubeProxySetting.ofField(fieldsAndTexts[index]).orElseThrow(),
          new ConfigurationFile.Value(fieldsAndTexts[index + 1], "f.yaml:" + (index / 2 + 3)));
    }
    return KubeProxyConfiguration.of(
            new ConfigurationFile(values, Map.of(), List.of(), List.of()), Map.of())
        .errors();
  }

  @Test
  void theDefaultsAreValid() {
    assertThat(errors()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          iptables.masqueradeBit          | -1                    | 31
          iptables.masqueradeBit          | 32                    | 0
          iptables.syncPeriod             | 0s                    | 1s
          iptables.minSyncPeriod          | -1s                   | 30s
          clientConnection.burst          | -1                    | 0
          conntrack.maxPerCore            | -1                    | 0
          conntrack.min                   | -1                    | 0
          conntrack.tcpEstablishedTimeout | -1s                   | 0s
          conntrack.tcpCloseWaitTimeout   | -1s                   | 0s
          conntrack.udpTimeout            | -1s                   | 0s
          conntrack.udpStreamTimeout      | -1s                   | 0s
          oomScoreAdj                     | -1001                 | -1000
          oomScoreAdj                     | 1001                  | 1000
          configSyncPeriod                | 0s                    | 1ns
          configSyncPeriod                | -1s                   | 1s
          bindAddress                     | node-1                | ::
          bindAddress                     | 10.0.0.256            | 10.0.0.255
          healthzBindAddress              | 0.0.0.0:0             | 0.0.0.0:1
          healthzBindAddress              | 0.0.0.0:65536         | 0.0.0.0:65535
          healthzBindAddress              | :10256                | [::]:10256
          metricsBindAddress              | localhost:10249       | 127.0.0.1:10249
          metricsBindAddress              | 127.0.0.1:http        | 127.0.0.1
          clusterCIDR                     | 10.0.0.0              | 10.0.0.0/8
          clusterCIDR                     | 10.0.0.0/8,11.0.0.0/8 | 10.0.0.0/8,fd00::/48
          clusterCIDR                     | 1.0.0.0/8,fd00::/48,2.0.0.0/8 | fd00::/48
          nodePortAddresses               | 192.0.2.1             | 192.0.2.1/32
          nodePortAddresses               | primary,secondary     | primary,localhost,all
          mode                            | userspace             | nftables
          detectLocalMode                 | Guess                 | NodeCIDR
          logging.format                  | xml                   | json
          portRange                       | many                  | 300-2000
          """)
  @ShowsRules(241)
  void aBadValueIsNamedWithItsPathAndAGoodOneIsNot(String field, String bad, String good) {
    assertThat(errors(field, bad))
        .isNotEmpty()
        .allMatch(line -> line.contains("KubeProxyConfiguration."))
        .anyMatch(line -> line.contains("Configuration." + field + ": "));
    assertThat(errors(field, good)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ipvs.syncPeriod        | 0s
          ipvs.minSyncPeriod     | 31s
          ipvs.tcpTimeout        | -1s
          ipvs.tcpFinTimeout     | -1s
          ipvs.udpTimeout        | -1s
          ipvs.scheduler         | fastest
          ipvs.excludeCIDRs      | 10.0.0.0
          nftables.masqueradeBit | 32
          nftables.syncPeriod    | 0s
          nftables.minSyncPeriod | 31s
          """)
  @ShowsRules(241)
  void whatIsForAModeIsCheckedInThatModeOnly(String field, String bad) {
    String mode = field.substring(0, field.indexOf('.'));

    assertThat(errors("mode", mode, field, bad))
        .isNotEmpty()
        .allMatch(line -> line.contains("Configuration." + mode));
    assertThat(errors("mode", "iptables", field, bad)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "BridgeInterface, detectLocal.bridgeInterface",
    "InterfaceNamePrefix, detectLocal.interfaceNamePrefix",
  })
  @ShowsRules({146, 241})
  void aModeByInterfaceNeedsItsName(String mode, String field) {
    assertThat(errors("detectLocalMode", mode))
        .singleElement()
        .asString()
        .contains("KubeProxyConfiguration." + field + ": must not be empty");
    assertThat(errors("detectLocalMode", mode, field, "cni0")).isEmpty();
  }

  @Test
  @ShowsRules(241)
  void allMistakesAreToldTogetherWithTheirPlaces() {
    assertThat(
            errors(
                "oomScoreAdj",
                "-2000",
                "mode",
                "userspace",
                "conntrack.min",
                "-1",
                "clusterCIDR",
                "pods",
                "iptables.minSyncPeriod",
                "1m"))
        .hasSize(5)
        .anyMatch(line -> line.startsWith("f.yaml:3: KubeProxyConfiguration.oomScoreAdj: -2000"))
        .anyMatch(line -> line.contains("f.yaml:4: KubeProxyConfiguration.mode: 'userspace'"))
        .anyMatch(line -> line.contains("iptables.syncPeriod: is shorter than"));
  }

  @Test
  @ShowsRules(241)
  void aFlagIsCheckedLikeAField() {
    Map<KubeProxySetting, String> flags =
        Map.of(
            KubeProxySetting.ofFlag("--conntrack-min").orElseThrow(),
            "few",
            KubeProxySetting.ofFlag("--profiling").orElseThrow(),
            "yes");

    assertThat(KubeProxyConfiguration.of(ConfigurationFile.NONE, flags).errors())
        .hasSize(2)
        .anyMatch(line -> line.startsWith("--conntrack-min: KubeProxyConfiguration.conntrack.min"))
        .anyMatch(line -> line.contains("'yes' is not true or false"));
  }
}
