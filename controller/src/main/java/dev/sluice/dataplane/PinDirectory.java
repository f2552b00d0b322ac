// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance's directory in a bpffs: {@code maps/}, {@code programs/} and {@code links/}.
 * Everything in it was made by Sluice, and nothing outside it is ever touched.
 */
public record PinDirectory(Path path) {
  private static final Logger LOG = LoggerFactory.getLogger(PinDirectory.class);

  /** Makes the directories that are missing. */
  public PinDirectory create() {
    try {
      Files.createDirectories(maps());
      Files.createDirectories(programs());
      Files.createDirectories(links());
      return this;
    } catch (IOException e) {
      throw new DataplaneException(
          "cannot make %s: %s; is a bpffs mounted there (mount -t bpf none /sys/fs/bpf)?"
              .formatted(path, e),
          e);
    }
  }

  /** Whether an agent has been here. */
  public boolean exists() {
    return Files.isDirectory(maps());
  }

  public Path maps() {
    return path.resolve("maps");
  }

  public Path map(String name) {
    return maps().resolve(name);
  }

  public Path programs() {
    return path.resolve("programs");
  }

  public Path links() {
    return path.resolve("links");
  }

  /** The files of one of the directories, sorted by name; none if it is not there. */
  public static List<Path> files(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + directory, e);
    }
  }

  /** Removes a pin; what was pinned goes when nothing else holds it. */
  public static void unpin(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + file, e);
    }
  }

  /** Removes every pin and the directories, and the one above if no other instance is in it. */
  public void remove() {
    for (Path directory : List.of(links(), programs(), maps())) {
      files(directory).forEach(PinDirectory::unpin);
      unpin(directory);
    }
    unpin(path);
    try {
      Files.deleteIfExists(path.getParent());
    } catch (IOException e) {
      // Another instance's, or the mount point itself: it stays.
      LOG.debug("{} stays: {}", path.getParent(), e.toString());
    }
  }
}
