// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.util.List;

/**
 * What the verifier says about a program that it has accepted.
 *
 * @param instructions that it has walked over, some of them many times; its limit is a million
 * @param deepestCall the chain of calls that takes the most stack, from the program's entry on; its
 *     limit is 512 bytes
 */
public record VerifierStatistics(long instructions, List<Frame> deepestCall) {
  /** Kernels before 6.8 and those without JIT round each frame up to this; later ones to 16. */
  private static final int ROUNDED_TO = 32;

  /**
   * A function's place on the stack.
   *
   * @param function its name in C
   * @param bytes that it uses
   */
  public record Frame(String function, int bytes) {
    /** What it counts for: even a frame of nothing takes some. */
    int rounded() {
      return Math.ceilDiv(Math.max(bytes, 1), ROUNDED_TO) * ROUNDED_TO;
    }
  }

  public VerifierStatistics {
    deepestCall = List.copyOf(deepestCall);
  }

  /** Bytes of the deepest call, rounded as the older kernels do, which have the least room. */
  public int stackBytes() {
    return bytes(deepestCall);
  }

  static int bytes(List<Frame> chain) {
    return chain.stream().mapToInt(Frame::rounded).sum();
  }
}
