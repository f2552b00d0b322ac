// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.manifests;

import dev.sluice.source.ServiceSource;
import dev.sluice.source.SourceCounts;
import dev.sluice.source.SourceException;
import dev.sluice.source.SourceProblem;
import dev.sluice.source.SourceStatus;
import dev.sluice.source.manifests.DirectoryWatch.Changes;
import dev.sluice.source.manifests.ManifestCatalog.Change;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code .yaml}, {@code .yml} and {@code .json} files of a directory (not of those below it;
 * names that begin with a dot are left alone), as {@code kubectl get services,endpointslices -A -o
 * yaml} prints them. Changes are picked up as the files change.
 *
 * <p>Files are best replaced by rename(), as ConfigMap volumes do it. A file that is broken, or has
 * become empty, keeps what it said before in force until it is repaired or deleted: it may be half
 * written. Likewise everything stays in force while the directory itself is gone.
 */
public final class ManifestDirectory implements ServiceSource {
  private static final Logger LOG = LoggerFactory.getLogger(ManifestDirectory.class);

  private final Path directory;
  private volatile int ignoredObjects;
  private volatile Optional<SourceProblem> unreadable = Optional.empty();
  private volatile Optional<Instant> lastEvent = Optional.empty();
  private volatile SourceCounts counts = SourceCounts.ofChanges(0, 0);
  private DirectoryWatch watch;
  private Thread thread;

  public ManifestDirectory(Path directory) {
    this.directory = directory;
  }

  /** Number of objects in the files that are of kinds Sluice has no use for. */
  public int ignoredObjects() {
    return ignoredObjects;
  }

  @Override
  public SourceStatus status() {
    return new SourceStatus(
        "manifests in " + directory,
        unreadable.map(SourceProblem::reason).orElse("followed"),
        lastEvent);
  }

  @Override
  public SourceCounts counts() {
    return counts;
  }

  @Override
  public synchronized void start(Listener listener) {
    if (thread != null) {
      throw new IllegalStateException("already started");
    }
    try {
      watch = new DirectoryWatch(directory);
    } catch (NoSuchFileException | NotDirectoryException e) {
      throw new SourceException(
          "manifest directory " + directory + " does not exist: create it, or name another", e);
    } catch (IOException e) {
      throw new SourceException("cannot watch manifest directory " + directory + ": " + e, e);
    }
    Loop loop = new Loop(watch, listener);
    thread = Thread.ofVirtual().name("manifests").start(loop::run);
  }

  @Override
  public synchronized void close() {
    if (thread == null) {
      return;
    }
    try {
      watch.close();
      if (!Thread.currentThread().equals(thread)) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.warn("cannot stop watching {}", directory, e);
    }
  }

  /** Reads, tells, waits; all on one thread. */
  private final class Loop {
    private final DirectoryWatch watch;
    private final Listener listener;
    private final DirectoryFiles files = new DirectoryFiles(directory);
    private final ManifestCatalog catalog = new ManifestCatalog();
    private boolean synced;

    Loop(DirectoryWatch watch, Listener listener) {
      this.watch = watch;
      this.listener = listener;
    }

    void run() {
      try {
        Changes changes = new Changes(true, Set.of());
        while (true) {
          unreadable = update(changes);
          catalog.setUnreadable(unreadable);
          tell();
          changes = watch.await();
        }
      } catch (ClosedWatchServiceException | InterruptedException e) {
        LOG.debug("no longer watching {}", directory);
      }
    }

    private Optional<SourceProblem> update(Changes changes) {
      String reason;
      try {
        if (watch.present()) {
          SortedMap<String, ManifestFile> read = files.update(changes);
          int objects = catalog.update(read);
          LOG.debug("{} files read, {} objects looked at", read.size(), objects);
          return Optional.empty();
        }
        reason = "the directory is gone";
      } catch (IOException e) {
        reason = "the directory cannot be read: " + e;
      }
      return Optional.of(
          new SourceProblem(
              directory.toString(), 0, "", reason + "; what it held before stays in force"));
    }

    private SourceCounts counted(List<Change> changes) {
      long services = counts.serviceChanges();
      long endpoints = counts.endpointChanges();
      for (Change change : changes) {
        services += change.now().service().equals(change.before().service()) ? 0 : 1;
        endpoints += change.now().slices().equals(change.before().slices()) ? 0 : 1;
      }
      return SourceCounts.ofChanges(services, endpoints);
    }

    private void tell() {
      ignoredObjects = catalog.ignored();
      try {
        List<Change> changes = catalog.changes();
        if (!changes.isEmpty()) {
          counts = counted(changes);
          listener.changed(changes.stream().map(Change::now).toList());
          lastEvent = Optional.of(Instant.now());
        }
        catalog.resolvedProblems().forEach(listener::problemResolved);
        catalog.newProblems().forEach(listener::problem);
        catalog.markTold();
        if (!synced) {
          listener.synced();
          synced = true;
        }
      } catch (RuntimeException e) {
        LOG.error("changes in {} could not be applied; trying again at the next one", directory, e);
      }
    }
  }
}
