// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source;

import dev.sluice.model.Cidr;
import dev.sluice.model.RegisteredNode;
import dev.sluice.model.ServiceState;
import java.util.List;
import java.util.Set;

/** Where Services and EndpointSlices come from: a directory of manifests, or the Kubernetes API. */
public interface ServiceSource extends AutoCloseable {

  /** Hears what a source finds. The source calls from one thread at a time. */
  interface Listener {
    /** When what {@link #changed} tells next came about, for measurements. */
    default void changesBegan(ChangeTimes times) {}

    /**
     * Services that are new, changed or gone, each with all its slices. A Service whose state is
     * what it was before is not among them.
     */
    void changed(List<ServiceState> states);

    /**
     * What the cluster says of this node is known, has changed or is gone (then {@link
     * RegisteredNode#UNKNOWN}). Sources that know no cluster never call it.
     */
    default void nodeChanged(RegisteredNode node) {}

    /** The networks that ClusterIPs come from, all of them; as {@link #nodeChanged}. */
    default void serviceCidrsChanged(Set<Cidr> cidrs) {}

    /** Called once, after the first full list has been given to {@link #changed}. */
    void synced();

    /** Something is wrong with what the source reads; the rest goes on. */
    void problem(SourceProblem problem);

    /** A problem told before is no more. */
    void problemResolved(SourceProblem problem);
  }

  /**
   * May begin to read, on threads of its own, while the caller is not ready to listen yet. What is
   * wrong is told by {@link #start}.
   */
  default void prepare() {}

  /**
   * Begins to read and to watch, and returns; the listener is called from another thread.
   *
   * @throws SourceException if the source cannot be read at all
   * @throws IllegalStateException if called twice
   */
  void start(Listener listener);

  /** How it is doing; any thread may ask, at any time. */
  SourceStatus status();

  /** What it has done so far; any thread may ask, at any time. */
  SourceCounts counts();

  /** Tells the cluster what happens; may be used before {@link #start}. */
  default EventRecorder events() {
    return EventRecorder.NONE;
  }

  /** Stops watching; when this returns, the listener is not called any more. */
  @Override
  void close();
}
