// SPDX-License-Identifier: Apache-2.0
package dev.sluice.mockapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.mockwebserver.crud.AttributeSet;
import io.fabric8.mockwebserver.http.Response;
import io.fabric8.mockwebserver.http.WebSocket;
import io.fabric8.mockwebserver.http.WebSocketListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The changes that an API server remembers, and the watches that hear of them: a watch begins after
 * the resource version it names, or with 410 if that is forgotten.
 */
final class WatchHistory {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String GONE =
      """
      {"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure",\
      "reason":"Expired","code":410,"message":"too old resource version"}}\
      """;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int GOING_AWAY = 1001;

  private final List<Change> changes = new ArrayList<>();
  private final List<Watch> watches = new ArrayList<>();
  private long forgottenUpTo;

  /**
   * A change of an object.
   *
   * @param before what it could be selected by before; null if it is new
   * @param after what it can be selected by now; null if it is gone
   * @param json the object, or the last state of one that is gone
   */
  private record Change(long version, AttributeSet before, AttributeSet after, String json) {
    Optional<String> seenBy(AttributeSet query) {
      boolean was = before != null && before.matches(query);
      boolean is = after != null && after.matches(query);
      if (!was && !is) {
        return Optional.empty();
      }
      String type = was && is ? "MODIFIED" : is ? "ADDED" : "DELETED";
      return Optional.of("{\"type\":\"" + type + "\",\"object\":" + json + "}");
    }
  }

  synchronized void add(long version, AttributeSet before, AttributeSet after, String json) {
    Change change = new Change(version, before, after, at(version, json));
    changes.add(change);
    watches.forEach(watch -> watch.tell(change));
  }

  /** An object that is gone bears the version of its end, as the watcher continues from it. */
  private static String at(long version, String json) {
    try {
      ObjectNode object = (ObjectNode) JSON.readTree(json);
      ((ObjectNode) object.get("metadata")).put("resourceVersion", String.valueOf(version));
      return object.toString();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  WebSocketListener watch(AttributeSet query, long version) {
    return new Watch(query, version);
  }

  /** Forgets what happened until now: whoever continues from there gets 410. */
  synchronized void forget(long version) {
    changes.clear();
    forgottenUpTo = version;
  }

  /** Ends all watches, as an API server does every now and then. */
  synchronized void close() {
    List.copyOf(watches).forEach(watch -> watch.end());
  }

  synchronized int open() {
    return watches.size();
  }

  /** Waits until so many watches are open. */
  synchronized void awaitOpen(int number) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (watches.size() < number) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        throw new AssertionError(watches.size() + " watches are open, not " + number);
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  /** One watcher; a thread of its own writes to it, for writing may block. */
  private final class Watch extends WebSocketListener {
    private static final String END = "";

    private final AttributeSet query;
    private final long version;
    private final LinkedBlockingQueue<String> outbox = new LinkedBlockingQueue<>();

    Watch(AttributeSet query, long version) {
      this.query = query;
      this.version = version;
    }

    @Override
    public void onOpen(WebSocket socket, Response response) {
      synchronized (WatchHistory.this) {
        if (version < forgottenUpTo) {
          outbox.add(GONE);
          outbox.add(END);
        } else {
          changes.stream().filter(change -> change.version() > version).forEach(this::tell);
          watches.add(this);
          WatchHistory.this.notifyAll();
        }
      }
      Thread.ofVirtual().start(() -> write(socket));
    }

    private void write(WebSocket socket) {
      try {
        for (String text = outbox.take(); !text.equals(END); text = outbox.take()) {
          if (!socket.send(text)) {
            break;
          }
        }
        socket.close(GOING_AWAY, "");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    void tell(Change change) {
      change.seenBy(query).ifPresent(outbox::add);
    }

    private void end() {
      synchronized (WatchHistory.this) {
        if (watches.remove(this)) {
          outbox.add(END);
        }
      }
    }

    @Override
    public void onClosing(WebSocket socket, int code, String reason) {
      end();
    }

    @Override
    public void onClosed(WebSocket socket, int code, String reason) {
      end();
    }

    @Override
    public void onFailure(WebSocket socket, Throwable failure, Response response) {
      end();
    }
  }
}
