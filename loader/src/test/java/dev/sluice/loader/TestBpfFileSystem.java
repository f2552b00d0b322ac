// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A bpffs of this test's own, which goes away with all pins. */
final class TestBpfFileSystem implements AutoCloseable {
  private final Path directory;
  private final Cleanup cleanup;

  TestBpfFileSystem() {
    TestObjects.assumeRoot();
    try {
      directory = Files.createTempDirectory(Path.of("/run"), "sluice-loader-test-");
      cleanup = Cleanup.of(this::remove);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    Command.run("mount", "-t", "bpf", "sluice-loader-test", directory.toString());
  }

  Path path(String name) {
    return directory.resolve(name);
  }

  private void remove() {
    try {
      Command.run("umount", directory.toString());
    } finally {
      directory.toFile().delete();
    }
  }

  @Override
  public void close() {
    cleanup.close();
  }
}
