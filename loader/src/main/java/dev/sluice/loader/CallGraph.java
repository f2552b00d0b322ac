// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import dev.sluice.loader.btf.Btf;
import dev.sluice.loader.btf.BtfType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import me.bechberger.ebpf.bpf.raw.bpf_prog_info;

/**
 * The functions of a program and who calls whom, as the kernel has them after it has taken away
 * what can never run. The first is the program itself; the verifier's log lists them in the same
 * order.
 */
final class CallGraph {
  /** One record of {@code struct bpf_func_info}: first instruction, number of its BTF type. */
  private static final int FUNCTION = 8;

  private static final int INSTRUCTION = 8;
  private static final byte CALL = (byte) 0x85;
  private static final byte LOAD_64_BITS = 0x18;
  private static final int PSEUDO_CALL = 1;
  private static final int PSEUDO_FUNCTION = 4;

  private record Function(String name, int start, Set<Integer> callees) {}

  private final List<Function> functions;

  private CallGraph(List<Function> functions) {
    this.functions = functions;
  }

  static CallGraph of(int fd, String subject, Btf btf) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(bpf_prog_info.layout());
      KernelObject.readInfo(fd, info, subject);
      MemorySegment code = arena.allocate(bpf_prog_info.xlated_prog_len(info), Long.BYTES);
      int count = bpf_prog_info.nr_func_info(info);
      MemorySegment records = arena.allocate((long) count * FUNCTION, Long.BYTES);
      info.fill((byte) 0);
      bpf_prog_info.xlated_prog_len(info, (int) code.byteSize());
      bpf_prog_info.xlated_prog_insns(info, code.address());
      bpf_prog_info.nr_func_info(info, count);
      bpf_prog_info.func_info_rec_size(info, FUNCTION);
      bpf_prog_info.func_info(info, records.address());
      KernelObject.readInfo(fd, info, subject);
      return new CallGraph(connect(functions(records, btf), code));
    }
  }

  private static List<Function> functions(MemorySegment records, Btf btf) {
    List<Function> functions = new ArrayList<>();
    for (long offset = 0; offset < records.byteSize(); offset += FUNCTION) {
      int type = records.get(ValueLayout.JAVA_INT, offset + 4);
      String name = btf.type(type) instanceof BtfType.Other other ? other.name() : "?";
      functions.add(new Function(name, records.get(ValueLayout.JAVA_INT, offset), new TreeSet<>()));
    }
    return functions;
  }

  private static List<Function> connect(List<Function> functions, MemorySegment code) {
    int current = 0;
    int count = (int) (code.byteSize() / INSTRUCTION);
    for (int at = 0; at < count; at++) {
      while (current + 1 < functions.size() && functions.get(current + 1).start <= at) {
        current++;
      }
      long offset = (long) at * INSTRUCTION;
      byte operation = code.get(ValueLayout.JAVA_BYTE, offset);
      int kind = code.get(ValueLayout.JAVA_BYTE, offset + 1) >> 4 & 0xf;
      int target = -1;
      if (operation == CALL && kind == PSEUDO_CALL) {
        // The loaded program keeps the distance here; the verifier had it where constants are.
        target = at + 1 + code.get(ValueLayout.JAVA_SHORT, offset + 2);
      } else if (operation == LOAD_64_BITS && kind == PSEUDO_FUNCTION) {
        target = at + 1 + code.get(ValueLayout.JAVA_INT, offset + 4);
      }
      for (int callee = 0; target >= 0 && callee < functions.size(); callee++) {
        if (functions.get(callee).start == target) {
          functions.get(current).callees.add(callee);
        }
      }
      if (operation == LOAD_64_BITS) {
        at++; // takes the place of two
      }
    }
    return functions;
  }

  /**
   * The chain of calls that takes the most stack.
   *
   * @param depths bytes of each function's frame
   */
  List<VerifierStatistics.Frame> deepest(List<Integer> depths) {
    if (depths.size() != functions.size()) {
      throw new IllegalStateException(
          "the verifier saw %d functions, the kernel has %d"
              .formatted(depths.size(), functions.size()));
    }
    return deepest(0, depths);
  }

  /** The verifier refuses recursion, so this ends. */
  private List<VerifierStatistics.Frame> deepest(int function, List<Integer> depths) {
    List<VerifierStatistics.Frame> below = List.of();
    for (int callee : functions.get(function).callees) {
      List<VerifierStatistics.Frame> chain = deepest(callee, depths);
      if (VerifierStatistics.bytes(chain) > VerifierStatistics.bytes(below)) {
        below = chain;
      }
    }
    List<VerifierStatistics.Frame> deepest = new ArrayList<>();
    deepest.add(new VerifierStatistics.Frame(functions.get(function).name, depths.get(function)));
    deepest.addAll(below);
    return deepest;
  }
}
