// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class NftTablesTest {
  @Test
  void tablesAreFoundWithoutNft() {
    assumeTrue(
        Files.exists(Path.of("/usr/sbin/nft")), "needs nft to make tables: install nftables");
    try (PrivateNamespace namespace = new PrivateNamespace()) {
      assertThat(namespace.call(NftTables::list)).isEmpty();
      namespace.run("nft add table ip6 kube-proxy");
      namespace.run("nft add table inet mine");
      assertThat(namespace.call(NftTables::list))
          .containsExactlyInAnyOrder(
              new NftTables.Table(10, "kube-proxy"), new NftTables.Table(1, "mine"));
    }
  }
}
