// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.loader.BpfProgram;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.IntFunction;

/**
 * One row of the table.
 *
 * @param program that is timed
 * @param frames those of a round, by the round's number; prepared outside the timed part
 * @param verdict what the program must return, so that no other way through it is timed by mistake
 * @param target nanoseconds, net, at most; the median is held against it
 */
record Case(
    String name,
    String hook,
    String family,
    int flows,
    BpfProgram program,
    IntFunction<List<byte[]>> frames,
    int verdict,
    OptionalDouble target) {}
