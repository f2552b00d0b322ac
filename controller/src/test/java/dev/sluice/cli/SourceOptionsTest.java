// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.source.ServiceSource;
import dev.sluice.source.SourceException;
import org.junit.jupiter.api.Test;

/** Which source the options choose. */
class SourceOptionsTest {
  private static ServiceSource open(String... arguments) {
    return RunOptionsTest.parse(arguments).source().open("node-a");
  }

  @Test
  void aDirectoryOfManifestsIsChosenByItsOption() {
    assertThat(open("--manifests", "/etc/services").status().description())
        .isEqualTo("manifests in /etc/services");
  }

  @Test
  void severalApiServersMayBeNamedAlsoByKubeProxysWord() {
    assertThat(open("--api-server", "https://10.0.0.1:6443, https://10.0.0.2:6443").status())
        .hasToString(
            "SourceStatus[description=API server https://10.0.0.1:6443, https://10.0.0.2:6443,"
                + " state=not asked yet; waiting for the first list of"
                + " endpointslices.discovery.k8s.io, nodes,"
                + " servicecidrs.networking.k8s.io, services, lastEvent=Optional.empty]");
    assertThat(open("--master", "https://10.0.0.1:6443").status().description())
        .isEqualTo("API server https://10.0.0.1:6443");
  }

  @Test
  void twoSourcesAreRefused() {
    assertThatThrownBy(() -> open("--manifests", "/m", "--kubeconfig", "/k"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--manifests and --kubeconfig");
  }

  @Test
  void withoutAnySourceItIsSaidWhatThereIsToChooseFrom() {
    assertThatThrownBy(SourceOptionsTest::open)
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("--manifests DIR")
        .hasMessageContaining("--kubeconfig FILE")
        .hasMessageContaining("--api-server URL");
  }
}
