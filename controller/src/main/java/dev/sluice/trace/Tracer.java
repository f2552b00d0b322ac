// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trace;

import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.dataplane.Rehearsal;
import dev.sluice.node.Rtnetlink;
import java.util.Optional;

/**
 * Explains packets beside a running data plane. The programs are loaded a second time with the
 * first question and kept for the next; nothing of it is attached. It has a lock of its own and
 * takes none of the agent's for longer than a look-up.
 */
public final class Tracer implements AutoCloseable {
  /** What is made for the first question. */
  private record Tools(Rehearsal rehearsal, Rtnetlink rtnetlink) {}

  private final LoadedObjects live;
  private final Dataplane dataplane;
  private final NodeView node;
  private Optional<Tools> tools = Optional.empty();
  private boolean closed;

  public Tracer(LoadedObjects live, Dataplane dataplane, NodeView node) {
    this.live = live;
    this.dataplane = dataplane;
    this.node = node;
  }

  /**
   * Explains one packet. Call it in the node's network namespace.
   *
   * @throws IllegalArgumentException if the question does not fit this node
   */
  public synchronized Explanation explain(Question question) {
    if (closed) {
      throw new IllegalStateException("the agent is stopping");
    }
    if (tools.isEmpty()) {
      tools = Optional.of(open());
    }
    Tools open = tools.get();
    WayIn wayIn =
        WayIn.of(
            question,
            node.network(),
            node.devices(),
            address -> open.rtnetlink().deviceTowards(WayIn.inetAddress(address)));
    return new Trace(question, wayIn, open.rehearsal(), open.rtnetlink(), dataplane, node).run();
  }

  private Tools open() {
    Rehearsal rehearsal = new Rehearsal(live);
    try {
      return new Tools(rehearsal, Rtnetlink.open());
    } catch (RuntimeException e) {
      rehearsal.close();
      throw e;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    tools.ifPresent(
        open -> {
          open.rtnetlink().close();
          open.rehearsal().close();
        });
    tools = Optional.empty();
  }
}
