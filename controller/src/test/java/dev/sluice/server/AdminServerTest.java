// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminServerTest {
  @TempDir Path temporary;

  @Test
  void nobodyButItsUserCanReachTheSocket() throws Exception {
    Path socket = temporary.resolve("run/test.sock");
    try (AdminServer _ = AdminServer.open(socket, Map.of("word", argument -> argument + "!"))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-------");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
          .isEqualTo("rwx------");
      assertThat(AdminClient.ask(socket, "word yes").orElseThrow().asText()).isEqualTo("yes!");
    }
    assertThat(socket).doesNotExist();
  }
}
