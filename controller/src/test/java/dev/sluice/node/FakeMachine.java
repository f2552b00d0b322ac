// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A machine in a directory. It starts as one on which Sluice can run. */
final class FakeMachine implements Machine {
  static final String INITIAL_CGROUP_NAMESPACE = "cgroup:[4026531835]";

  private final Path root;
  private final Map<Path, Long> fileSystems = new HashMap<>();
  private final Map<String, String> outputs = new HashMap<>();
  private List<String> programs = List.of("sluice_tc", "sd_devices");
  private Optional<String> missingForSocketDestruction = Optional.empty();
  private final List<String> commandsRun = new ArrayList<>();

  FakeMachine(Path root) {
    this.root = root;
    file("proc/sys/kernel/osrelease", "6.18.1-test\n");
    file("proc/self/status", "Name:\tjava\nCapEff:\t000001ffffffffff\n");
    file("proc/self/uid_map", "         0          0 4294967295\n");
    file(
        "proc/self/limits",
        "Limit  Soft  Hard  Units\nMax locked memory         65536       65536     bytes\n");
    file("proc/self/cgroup", "0::/system.slice/sluice\n");
    mounts("30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw");
    cgroupNamespace(INITIAL_CGROUP_NAMESPACE);
    file("sys/fs/cgroup/system.slice/sluice/memory.max", "max\n");
    file("proc/sys/net/ipv4/ip_forward", "1\n");
    file("proc/sys/net/ipv6/conf/all/forwarding", "1\n");
    file("proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
    file("proc/sys/net/ipv4/ip_local_reserved_ports", "\n");
    fileSystem("/sys/fs/bpf", 0xcafe4a11L);
    fileSystem("/", 0xef53);
  }

  FakeMachine file(String name, String content) {
    try {
      Path path = root.resolve(name);
      Files.createDirectories(path.getParent());
      Files.writeString(path, content);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  FakeMachine without(String name) {
    try {
      Files.delete(root.resolve(name));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  FakeMachine mounts(String... lines) {
    return file("proc/self/mountinfo", String.join("\n", lines) + "\n");
  }

  FakeMachine cgroupNamespace(String name) {
    try {
      Path link = root.resolve("proc/self/ns/cgroup");
      Files.createDirectories(link.getParent());
      Files.deleteIfExists(link);
      Files.createSymbolicLink(link, Path.of(name));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  FakeMachine fileSystem(String path, long type) {
    fileSystems.put(Path.of(path), type);
    return this;
  }

  FakeMachine withoutFileSystem(String path) {
    fileSystems.remove(Path.of(path));
    return this;
  }

  FakeMachine programs(String... names) {
    programs = List.of(names);
    return this;
  }

  FakeMachine output(String command, String output) {
    outputs.put(command, output);
    return this;
  }

  List<String> commandsRun() {
    return commandsRun;
  }

  @Override
  public Path root() {
    return root;
  }

  @Override
  public OptionalLong fileSystemType(Path path) {
    Long type = fileSystems.get(path);
    return type == null ? OptionalLong.empty() : OptionalLong.of(type);
  }

  @Override
  public List<String> loadedPrograms() {
    return programs;
  }

  FakeMachine lacksForSocketDestruction(String option) {
    missingForSocketDestruction = Optional.of(option);
    return this;
  }

  @Override
  public Optional<String> missingForSocketDestruction() {
    return missingForSocketDestruction;
  }

  @Override
  public CommandRunner commands() {
    return (limit, command) -> {
      String line = String.join(" ", command);
      commandsRun.add(line);
      return Optional.ofNullable(outputs.get(line));
    };
  }
}
