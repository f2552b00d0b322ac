// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which other program is to be timed, and on what. */
final class ObjectOptions {
  @Option(
      names = "--object",
      required = true,
      paramLabel = "FILE",
      description = "time a program of this object file instead; compiled with -g")
  private Path object;

  @Option(
      names = "--program",
      required = true,
      paramLabel = "NAME",
      description = "the name of its C function; for tc or XDP")
  private String program;

  @Option(
      names = "--packet",
      required = true,
      split = ",",
      paramLabel = "HEX",
      description = "Ethernet frames that it gets in turn")
  private List<String> packets;

  @Option(
      names = "--setup",
      paramLabel = "ELEMENT|@FILE",
      description = {
        "an element for a map, may be repeated: map=NAME,key=HEX,value=HEX, bytes as they lie in",
        "memory (a per-CPU map gets the value for every CPU); or map=NAME,key=HEX,program=NAME for",
        "tail calls; or a file of such lines, # begins a comment"
      })
  private List<String> setup = List.of();

  @Option(
      names = "--constant",
      paramLabel = "NAME=VALUE",
      description = "an integer for a const volatile variable, may be repeated")
  private Map<String, Long> constants = Map.of();

  @Option(
      names = "--expect",
      paramLabel = "VERDICT",
      description = "fail unless every packet meets it, such as XDP_TX or TC_ACT_OK")
  private Optional<ReturnValue> expected = Optional.empty();

  Path object() {
    return object;
  }

  String program() {
    return program;
  }

  /** The frames, in order. */
  List<byte[]> packets() {
    return packets.stream().map(packet -> Hex.parse("--packet " + packet, packet)).toList();
  }

  List<MapSetup> setup() {
    return MapSetup.parse(setup);
  }

  Map<String, Long> constants() {
    return constants;
  }

  Optional<ReturnValue> expected() {
    return expected;
  }
}
