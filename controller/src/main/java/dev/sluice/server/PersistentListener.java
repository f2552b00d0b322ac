// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import dev.sluice.server.HttpServer.Listener;
import java.io.IOException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A port that is tried again and again until it can be had (rule 216). */
public final class PersistentListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PersistentListener.class);

  /** Makes a listener. */
  @FunctionalInterface
  public interface Opening {
    Listener open() throws IOException;
  }

  private final Opening opening;
  private final Consumer<String> onFailure;
  private final ScheduledExecutorService timer;
  private final long retryMillis;
  private Listener listener;
  private boolean closed;

  private PersistentListener(
      Opening opening,
      Consumer<String> onFailure,
      ScheduledExecutorService timer,
      long retryMillis) {
    this.opening = opening;
    this.onFailure = onFailure;
    this.timer = timer;
    this.retryMillis = retryMillis;
  }

  /**
   * Opens it, or begins to try.
   *
   * @param onFailure is told of each failure
   * @param retryMillis between two tries
   */
  public static PersistentListener start(
      Opening opening,
      Consumer<String> onFailure,
      ScheduledExecutorService timer,
      long retryMillis) {
    PersistentListener listener = new PersistentListener(opening, onFailure, timer, retryMillis);
    listener.tryToOpen();
    return listener;
  }

  private synchronized void tryToOpen() {
    if (closed) {
      return;
    }
    try {
      listener = opening.open();
    } catch (IOException e) {
      LOG.warn("{}; trying again every {} s", e.getMessage(), retryMillis / 1000.0);
      onFailure.accept(e.getMessage());
      var unused = timer.schedule(this::tryToOpen, retryMillis, TimeUnit.MILLISECONDS);
    }
  }

  /** Whether it is listened on by now. */
  public synchronized boolean isOpen() {
    return listener != null;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (listener != null) {
      listener.close();
      listener = null;
    }
  }
}
