// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

/** Undoes something once: when told to, or when the JVM is interrupted before. */
final class Cleanup implements AutoCloseable {
  private final Runnable action;
  private final Thread hook;
  private boolean done;

  private Cleanup(Runnable action) {
    this.action = action;
    this.hook = new Thread(this::undo);
  }

  static Cleanup of(Runnable action) {
    Cleanup cleanup = new Cleanup(action);
    Runtime.getRuntime().addShutdownHook(cleanup.hook);
    return cleanup;
  }

  @Override
  public void close() {
    undo();
    Runtime.getRuntime().removeShutdownHook(hook);
  }

  private synchronized void undo() {
    if (!done) {
      done = true;
      action.run();
    }
  }
}
