// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.compare.LoadProgram.Outcome;
import dev.sluice.lab.NodeHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Texts that programs of a node take as their input. They are written before anything is timed. */
final class RuleFiles {
  private final LoadProgram load;
  private final NodeHost node;

  RuleFiles(LoadProgram load, NodeHost node) {
    this.load = load;
    this.node = node;
  }

  Path write(String name, String text) {
    try {
      return Files.writeString(load.directory().resolve(node.name() + "-" + name), text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write rules", e);
    }
  }

  /** Writes texts that are input one after the other. */
  List<Path> writeParts(String name, List<String> texts) {
    return IntStream.range(0, texts.size())
        .mapToObj(i -> write(name + "-" + i, texts.get(i)))
        .toList();
  }

  /** Runs a command for each file, as {@link #feed} does; returns the nanoseconds of all runs. */
  long feedParts(List<Path> inputs, String... command) {
    return inputs.stream().mapToLong(input -> feed(input, command).nanos()).sum();
  }

  /** Runs a command on the node with a file as its input; throws if it fails. */
  Outcome feed(Path input, String... command) {
    return load.timed(node, input, command);
  }
}
