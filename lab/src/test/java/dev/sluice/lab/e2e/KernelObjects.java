// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import dev.sluice.loader.BpfLink;
import dev.sluice.loader.BpfMap;
import dev.sluice.loader.BpfProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntBiFunction;
import java.util.stream.Stream;
import me.bechberger.ebpf.bpf.raw.Lib;

/**
 * BPF objects of the kernel by their ids, which are not given out again soon.
 *
 * @param programs those that are pinned, or attached by a link that is
 */
record KernelObjects(Set<Integer> maps, Set<Integer> programs, Set<Integer> links) {
  /** The kernel frees objects after a grace period. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** What is pinned in the directory of an instance. */
  static KernelObjects pinnedIn(Path instance) {
    Set<Integer> maps = new TreeSet<>();
    Set<Integer> programs = new TreeSet<>();
    Set<Integer> links = new TreeSet<>();
    for (Path pin : files(instance.resolve("maps"))) {
      try (BpfMap map = BpfMap.openPinned(pin)) {
        maps.add(map.id());
      }
    }
    for (Path pin : files(instance.resolve("programs"))) {
      try (BpfProgram program = BpfProgram.openPinned(pin)) {
        programs.add(program.id());
      }
    }
    for (Path pin : files(instance.resolve("links"))) {
      try (BpfLink link = BpfLink.openPinned(pin)) {
        links.add(link.info().id());
        programs.add(link.info().programId());
      }
    }
    return new KernelObjects(maps, programs, links);
  }

  /** Those of them that the kernel still has. */
  KernelObjects alive() {
    return new KernelObjects(
        alive(maps, Lib::bpf_map_get_next_id),
        alive(programs, Lib::bpf_prog_get_next_id),
        alive(links, Lib::bpf_link_get_next_id));
  }

  /** {@link #alive()}, but waits some seconds for the last to go. */
  KernelObjects aliveAtLast() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    KernelObjects alive = alive();
    while (!alive.isEmpty() && System.nanoTime() < deadline) {
      Cluster.pause(Duration.ofMillis(20));
      alive = alive();
    }
    return alive;
  }

  boolean isEmpty() {
    return maps.isEmpty() && programs.isEmpty() && links.isEmpty();
  }

  private static Set<Integer> alive(
      Set<Integer> ids, ToIntBiFunction<Integer, MemorySegment> nextId) {
    Set<Integer> alive = new TreeSet<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment next = arena.allocate(ValueLayout.JAVA_INT);
      for (int id : ids) {
        boolean found = nextId.applyAsInt(id - 1, next) == 0;
        if (found && next.get(ValueLayout.JAVA_INT, 0) == id) {
          alive.add(id);
        }
      }
    }
    return alive;
  }

  private static List<Path> files(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
