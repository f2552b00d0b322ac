// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What {@code lab.json} in the run directory says about a lab.
 *
 * @param owner the process that will remove the lab; 0 if it stays until {@code run.sh down}
 */
record LabState(String id, Layout layout, long owner, List<HostState> hosts) {
  private static final String DIRECTORY_PREFIX = "sluice-lab-";
  private static final Path RUN = Path.of("/run");

  record HostState(
      String name, String kind, String namespace, String cgroup, String ipv4, String ipv6) {}

  static Path directory(String id) {
    return RUN.resolve(DIRECTORY_PREFIX + id);
  }

  /** The ids of all labs that have a run directory on this machine. */
  static List<String> ids() {
    try (Stream<Path> directories = Files.list(RUN)) {
      return directories
          .map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith(DIRECTORY_PREFIX))
          .map(name -> name.substring(DIRECTORY_PREFIX.length()))
          .sorted()
          .toList();
    } catch (IOException failure) {
      throw new LabException("cannot list " + RUN, failure);
    }
  }

  static LabState read(String id) {
    Path file = file(id);
    try {
      return new ObjectMapper().readValue(file.toFile(), LabState.class);
    } catch (IOException failure) {
      throw new LabException(
          "no lab '%s': cannot read %s (%s)".formatted(id, file, failure.getMessage()), failure);
    }
  }

  /**
   * As {@link #read}, but nothing if the file is not there: killed while it came up, for example.
   */
  static Optional<LabState> find(String id) {
    return Files.exists(file(id)) ? Optional.of(read(id)) : Optional.empty();
  }

  void write() {
    Path file = file(id);
    Path draft = file.resolveSibling("lab.json.new");
    try {
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .writeValue(draft.toFile(), this);
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failure) {
      throw new LabException("cannot write " + file, failure);
    }
  }

  boolean ownerIsGone() {
    return owner != 0 && ProcessHandle.of(owner).isEmpty();
  }

  private static Path file(String id) {
    return directory(id).resolve("lab.json");
  }
}
