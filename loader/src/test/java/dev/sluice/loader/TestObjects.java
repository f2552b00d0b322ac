// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/** The compiled test programs, and what all kernel tests need. */
public final class TestObjects {
  private TestObjects() {}

  /** Reads what src/test/c/NAME.bpf.c was compiled to. */
  public static byte[] read(String name) {
    String resource = "/bpf/" + name + ".bpf.o";
    try (InputStream file = TestObjects.class.getResourceAsStream(resource)) {
      if (file == null) {
        throw new IllegalStateException("the build did not compile " + resource);
      }
      return file.readAllBytes();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  static BpfObject open(String name) {
    assumeRoot();
    return BpfObject.open(name, read(name));
  }

  /** The object of maps.bpf.c, loaded. */
  static BpfObject load() {
    BpfObject object = open("maps");
    try {
      return object.load();
    } catch (RuntimeException failure) {
      object.close();
      throw failure;
    }
  }

  /** Skips the test, with the reason, where it cannot run. */
  static void assumeRoot() {
    try {
      Object user = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      assumeTrue(Integer.valueOf(0).equals(user), "loading BPF programs needs root");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  static MemorySegment word(Arena arena, int value) {
    return arena.allocateFrom(ValueLayout.JAVA_INT, value);
  }

  static MemorySegment longWord(Arena arena, long value) {
    return arena.allocateFrom(ValueLayout.JAVA_LONG, value);
  }

  /** A counter of maps.bpf.c, summed over the CPUs. */
  static long counter(BpfObject object, int index) {
    long[] sum = new long[1];
    try (Arena arena = Arena.ofConfined()) {
      object
          .map("counters")
          .lookupPerCpu(
              word(arena, index), (_, value) -> sum[0] += value.get(ValueLayout.JAVA_INT, 0));
    }
    return sum[0];
  }
}
