// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import static dev.sluice.cli.RunOptionsTest.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.compatibility.ShowsRules;
import org.junit.jupiter.api.Test;

class ServerOptionsTest {
  private static String healthz(String... arguments) {
    return parse(arguments).servers().healthz().map(Object::toString).orElse("off");
  }

  private static String metrics(String... arguments) {
    return parse(arguments).servers().metrics().map(Object::toString).orElse("off");
  }

  @Test
  @ShowsRules(205)
  void byDefaultHealthIsToldToAllAndMetricsToTheNodeItself() {
    assertThat(healthz()).isEqualTo("0.0.0.0:10256");
    assertThat(metrics()).isEqualTo("127.0.0.1:10249");
    assertThat(healthz("--bind-address", "::")).isEqualTo("[::]:10256");
    assertThat(metrics("--bind-address", "fd00::1")).isEqualTo("[::1]:10249");
  }

  @Test
  @ShowsRules(205)
  void anAddressMayComeWithoutAPort() {
    assertThat(healthz("--healthz-bind-address=127.0.0.1")).isEqualTo("127.0.0.1:10256");
    assertThat(healthz("--healthz-bind-address=[::1]:80")).isEqualTo("[::1]:80");
    assertThat(metrics("--metrics-bind-address=0.0.0.0")).isEqualTo("0.0.0.0:10249");
    assertThat(metrics("--metrics-bind-address=0.0.0.0", "--metrics-port=9"))
        .isEqualTo("0.0.0.0:9");
  }

  @Test
  @ShowsRules(205)
  void eitherCanBeSwitchedOff() {
    assertThat(healthz("--healthz-bind-address=")).isEqualTo("off");
    assertThat(healthz("--healthz-port=0")).isEqualTo("off");
    assertThat(metrics("--metrics-port=0")).isEqualTo("off");
    assertThat(metrics("--metrics-bind-address=")).isEqualTo("off");
  }

  @Test
  void whatIsNoAddressIsNamed() {
    assertThatThrownBy(() -> healthz("--healthz-bind-address=here:80"))
        .hasMessageContaining("--healthz-bind-address")
        .hasMessageContaining("here:80");
  }
}
