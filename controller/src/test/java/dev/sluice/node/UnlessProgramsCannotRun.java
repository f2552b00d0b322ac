// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;

/** Skips tests of the real programs where this process may not load them, and says so. */
public final class UnlessProgramsCannotRun implements SkipExecutionHook {
  @Override
  public SkipResult shouldBeSkipped(LifecycleContext context) {
    try {
      new PrivateNetwork().close();
      return SkipResult.doNotSkip();
    } catch (NodeException e) {
      System.out.println("skipped: " + e.getMessage());
      return SkipResult.skip(e.getMessage());
    }
  }
}
