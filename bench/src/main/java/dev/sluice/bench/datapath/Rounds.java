// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Makes the frames of a round.
 *
 * @param packets of a round; where there are more flows, each has one packet
 */
record Rounds(int packets) {
  /** Fixed, so that rounds and runs visit flows in the same order. */
  private static final long ORDER = 42;

  /** One frame, again and again. */
  IntFunction<List<byte[]>> copies(byte[] frame) {
    return number -> Collections.nCopies(packets, frame);
  }

  /**
   * All frames in random order, again and again until a round is full.
   *
   * @param frames asked once for each round
   */
  IntFunction<List<byte[]>> cycle(IntFunction<List<byte[]>> frames) {
    return number -> {
      List<byte[]> shuffled = new ArrayList<>(frames.apply(number));
      Collections.shuffle(shuffled, new Random(ORDER));
      return IntStream.range(0, size(shuffled.size()))
          .mapToObj(i -> shuffled.get(i % shuffled.size()))
          .toList();
    };
  }

  /** Packets of a round over so many flows. */
  int size(int flows) {
    return Math.max(packets, flows);
  }
}
