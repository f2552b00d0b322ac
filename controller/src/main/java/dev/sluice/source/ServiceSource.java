// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source;

import dev.sluice.model.ServiceState;
import java.util.List;

/** Where Services and EndpointSlices come from: a directory of manifests, or the Kubernetes API. */
public interface ServiceSource extends AutoCloseable {

  /** Hears what a source finds. The source calls from one thread at a time. */
  interface Listener {
    /**
     * Services that are new, changed or gone, each with all its slices. A Service whose state is
     * what it was before is not among them.
     */
    void changed(List<ServiceState> states);

    /** Called once, after the first full list has been given to {@link #changed}. */
    void synced();

    /** Something is wrong with what the source reads; the rest goes on. */
    void problem(SourceProblem problem);

    /** A problem told before is no more. */
    void problemResolved(SourceProblem problem);
  }

  /**
   * Begins to read and to watch, and returns; the listener is called from another thread.
   *
   * @throws SourceException if the source cannot be read at all
   * @throws IllegalStateException if called twice
   */
  void start(Listener listener);

  /** Stops watching; when this returns, the listener is not called any more. */
  @Override
  void close();
}
