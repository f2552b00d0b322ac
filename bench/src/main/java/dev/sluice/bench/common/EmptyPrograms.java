// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.common;

import dev.sluice.loader.BpfObject;
import dev.sluice.loader.BpfProgram;
import dev.sluice.loader.ProgramType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** A program of each type that does nothing. */
public final class EmptyPrograms implements AutoCloseable {
  private final BpfObject object;

  public EmptyPrograms() {
    object = BpfObject.open("empty", read());
    object.load();
  }

  public BpfProgram of(ProgramType type) {
    return object.program(type == ProgramType.XDP ? "empty_xdp" : "empty_tc");
  }

  private static byte[] read() {
    try (InputStream stream = EmptyPrograms.class.getResourceAsStream("empty.bpf.o")) {
      if (stream == null) {
        throw new IllegalStateException("empty.bpf.o was not built: run bench/run.sh");
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    object.close();
  }
}
