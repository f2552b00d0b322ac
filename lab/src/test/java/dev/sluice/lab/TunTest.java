// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client behind a device without link header, and pods with nginx. */
@RequiresRoot
final class TunTest {
  private static Lab lab;

  @BeforeAll
  static void up() {
    lab = Lab.start(LabOptions.of(Layout.BRIDGE).withTunClient().withNginx());
  }

  @AfterAll
  static void down() {
    lab.close();
  }

  @ParameterizedTest
  @EnumSource
  void theTunClientReachesTheNode(AddressFamily family) {
    NodeHost node = lab.node("node-1");
    Target target = Target.of(node.address(family), 9000);

    Connection connection = lab.tunClient().probe().connect(target);

    assertThat(connection.server()).isEqualTo("node-1");
    assertThat(connection.banner().client().getAddress())
        .isEqualTo(lab.tunClient().address(family));
    assertThat(lab.tunClient().probe().transfer(target, 5_000_000).intact()).isTrue();
  }

  @Test
  void theTunDeviceHasNoLinkHeader() {
    assertThat(lab.node("node-1").run("ip", "link", "show", "tun0")).contains("link/none");
  }

  @ParameterizedTest
  @EnumSource
  void nginxAnswersWithThePodsName(AddressFamily family) {
    String url =
        switch (family) {
          case IPV4 -> "http://%s:8080/";
          case IPV6 -> "http://[%s]:8080/";
        };
    String address = lab.pod("pod-d").address(family).getHostAddress();

    String answer =
        lab.pod("pod-a")
            .run("curl", "--silent", "--globoff", "--max-time", "5", url.formatted(address));

    assertThat(answer).isEqualTo("pod-d\n");
  }

  @Test
  void nginxServesFilesOfTheLab() {
    byte[] page = new byte[1_000_000];
    lab.publish("big", page);
    String address = lab.pod("pod-d").address(AddressFamily.IPV4).getHostAddress();

    String size =
        lab.pod("pod-a")
            .run(
                "curl",
                "--silent",
                "--output",
                "/dev/null",
                "--write-out",
                "%{size_download}",
                "http://%s:8080/big".formatted(address));

    assertThat(size).isEqualTo("1000000");
  }
}
