// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.compatibility.ShowsRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code sluice config check} prints. {@code mvn test -Dsluice.golden.update=true} writes the
 * file anew; read the difference before committing it.
 */
class ConfigCheckCommandTest {
  private static final Path RESOURCES = Path.of("src/test/resources/config");
  private static final boolean UPDATE = Boolean.getBoolean("sluice.golden.update");

  @TempDir private Path temporary;

  private Path file(String content) throws IOException {
    return Files.writeString(temporary.resolve("config.yaml"), content);
  }

  private static CommandRun check(Path file, String... more) {
    String[] arguments = new String[more.length + 3];
    arguments[0] = "config";
    arguments[1] = "check";
    arguments[2] = file.toString();
    System.arraycopy(more, 0, arguments, 3, more.length);
    return CommandRun.of(arguments);
  }

  @Test
  void theFileThatKubeadmWritesIsShownWithAllDefaults() throws IOException {
    Path golden = RESOURCES.resolve("kubeadm.txt");
    CommandRun run = check(RESOURCES.resolve("kubeadm.yaml"));

    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    if (UPDATE) {
      Files.writeString(golden, run.out());
    }
    assertThat(run.out()).isEqualTo(Files.readString(golden));
  }

  @Test
  void whereEachValueComesFromIsTold() throws IOException {
    Path file =
        file(
            """
            apiVersion: kubeproxy.config.k8s.io/v1alpha1
            kind: KubeProxyConfiguration
            mode: nftables
            clusterCIDR: 10.0.0.0/8
            ---
            apiVersion: sluice.dev/v1alpha1
            kind: SluiceConfiguration
            flows: 5000
            zone: north
            """);
    CommandRun run =
        check(file, "-o", "json", "--cluster-cidr=10.1.0.0/16", "--zone", "south", "--profiling");

    assertThat(run.err()).isEmpty();
    JsonNode root = new ObjectMapper().readTree(run.out());
    assertThat(setting(root, "mode")).isEqualTo("nftables by file " + file + ":3");
    assertThat(setting(root, "clusterCIDR")).isEqualTo("10.1.0.0/16 by flag --cluster-cidr");
    assertThat(setting(root, "flows")).isEqualTo("5000 by file " + file + ":8");
    assertThat(setting(root, "zone")).isEqualTo("south by flag --zone");
    assertThat(setting(root, "conntrack.min")).isEqualTo("131072 by default ");
    assertThat(root.get("notices")).hasSize(1);
    assertThat(root.get("notices").get(0).asText()).startsWith("--profiling true is ignored");
  }

  private static String setting(JsonNode root, String field) {
    return StreamSupport.stream(root.get("settings").spliterator(), false)
        .filter(setting -> setting.get("field").asText().equals(field))
        .map(
            setting ->
                "%s by %s %s"
                    .formatted(
                        setting.get("value").asText(),
                        setting.get("origin").asText(),
                        setting.get("place").asText()))
        .findFirst()
        .orElse("");
  }

  @Test
  @ShowsRules(240)
  void unknownAndDuplicateFieldsAreFailuresHereAndEachIsNamed() throws IOException {
    CommandRun run =
        check(
            file(
                """
                apiVersion: kubeproxy.config.k8s.io/v1alpha1
                kind: KubeProxyConfiguration
                mode: iptables
                udpIdleTimeout: 250ms
                mode: nftables
                """));

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err().lines())
        .hasSize(2)
        .anyMatch(line -> line.contains("config.yaml:4: KubeProxyConfiguration.udpIdleTimeout"))
        .anyMatch(line -> line.contains("config.yaml:5: KubeProxyConfiguration.mode"));
    assertThat(run.out()).contains("nftables");
  }

  @Test
  @ShowsRules(241)
  void mistakesInBothDocumentsAreToldTogether() throws IOException {
    CommandRun run =
        check(
            file(
                """
                apiVersion: kubeproxy.config.k8s.io/v1alpha1
                kind: KubeProxyConfiguration
                mode: userspace
                oomScoreAdj: 2000
                udpIdleTimeout: 1s
                ---
                apiVersion: sluice.dev/v1alpha1
                kind: SluiceConfiguration
                xdp: perhaps
                flows: many
                timeoutUdp: 0s
                device: eth0
                """));

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines().filter(line -> line.contains("config.yaml:")))
        .hasSize(6)
        .anyMatch(line -> line.contains("config.yaml:5: KubeProxyConfiguration.udpIdleTimeout"))
        .anyMatch(line -> line.contains("config.yaml:3: KubeProxyConfiguration.mode"))
        .anyMatch(line -> line.contains("config.yaml:4: KubeProxyConfiguration.oomScoreAdj"))
        .anyMatch(line -> line.contains("config.yaml:9: SluiceConfiguration.xdp"))
        .anyMatch(line -> line.contains("config.yaml:10: SluiceConfiguration.flows"))
        .anyMatch(line -> line.contains("config.yaml:11: SluiceConfiguration.timeoutUdp"));
  }

  @Test
  void valuesThatDoNotFitEachOtherAreMistakesToo() throws IOException {
    CommandRun run =
        check(
            file(
                """
                apiVersion: sluice.dev/v1alpha1
                kind: SluiceConfiguration
                sampleRefusals: 3
                snatPorts: 9-1
                """),
            "--flows=1");

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).contains("--sample-refusals", "9-1", "--flows");
  }

  @Test
  void anUnknownFlagAndAMissingFileAreFailures() {
    assertThat(check(RESOURCES.resolve("kubeadm.yaml"), "--no-such-flag").status()).isEqualTo(1);
    assertThat(check(temporary.resolve("none.yaml")).err()).contains("cannot read");
  }
}
