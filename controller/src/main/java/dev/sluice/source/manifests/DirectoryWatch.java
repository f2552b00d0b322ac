// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.manifests;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;

/**
 * Tells what may have changed in a directory, through inotify.
 *
 * <p>The parent is watched as well, so that it is noticed when the directory itself is replaced.
 * While the directory is not there it is looked for four times a second.
 */
final class DirectoryWatch implements AutoCloseable {
  /** Events come in bursts (create, modify, rename): wait until it is quiet, but not for long. */
  private static final long QUIET_NANOS = 1_500_000;

  private static final long BURST_NANOS = 5_000_000;
  private static final long MISSING_MILLIS = 250;

  private final Path directory;
  private final WatchService service;
  private WatchKey key;
  private Object identity;

  /**
   * What may have changed since the last time.
   *
   * @param everything whether any file may have, whatever {@code names} holds
   * @param names of files for which there were events
   */
  record Changes(boolean everything, Set<String> names) {}

  /**
   * Begins to watch.
   *
   * @throws IOException if there is no such directory, or it cannot be watched
   */
  DirectoryWatch(Path directory) throws IOException {
    this.directory = directory.toAbsolutePath();
    this.service = directory.getFileSystem().newWatchService();
    try {
      register();
      Path parent = this.directory.getParent();
      if (parent != null) {
        parent.register(service, ENTRY_CREATE, ENTRY_DELETE);
      }
    } catch (IOException e) {
      service.close();
      throw e;
    }
  }

  private void register() throws IOException {
    key = directory.register(service, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);
    identity = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
  }

  /** Whether the directory is there. */
  boolean present() {
    return key != null;
  }

  /**
   * Waits for changes.
   *
   * @throws java.nio.file.ClosedWatchServiceException once this is closed
   */
  Changes await() throws InterruptedException {
    while (true) {
      Burst burst = new Burst();
      if (present()) {
        burst.add(service.take());
      } else {
        burst.add(service.poll(MISSING_MILLIS, MILLISECONDS));
      }
      long end = System.nanoTime() + BURST_NANOS;
      for (WatchKey next = service.poll(QUIET_NANOS, NANOSECONDS);
          next != null;
          next = System.nanoTime() < end ? service.poll(QUIET_NANOS, NANOSECONDS) : null) {
        burst.add(next);
      }
      boolean replaced = followDirectory();
      if (replaced || burst.everything || !burst.names.isEmpty()) {
        return new Changes(replaced || burst.everything, Set.copyOf(burst.names));
      }
    }
  }

  /** Watches what now is at the directory's path; returns whether that is another than before. */
  private boolean followDirectory() {
    Object before = identity;
    boolean valid = key != null && key.isValid();
    try {
      Object now = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
      if (valid && now.equals(before)) {
        return false;
      }
      if (key != null) {
        key.cancel();
      }
      register();
      return true;
    } catch (IOException e) {
      boolean wasPresent = key != null;
      if (key != null) {
        key.cancel();
      }
      key = null;
      identity = null;
      return wasPresent;
    }
  }

  private final class Burst {
    private final Set<String> names = new HashSet<>();
    private boolean everything;

    void add(WatchKey signalled) {
      if (signalled == null) {
        return;
      }
      boolean ours = signalled.equals(key);
      for (WatchEvent<?> event : signalled.pollEvents()) {
        if (!(event.context() instanceof Path name)) {
          everything = true; // OVERFLOW: events were lost
        } else if (ours) {
          names.add(name.toString());
        }
      }
      signalled.reset();
    }
  }

  @Override
  public void close() throws IOException {
    service.close();
  }
}
