// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.manifests;

import dev.sluice.source.SourceProblem;
import dev.sluice.source.manifests.DirectoryWatch.Changes;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The manifests of a directory as they were last read. Files that have not changed are not read.
 */
final class DirectoryFiles {
  private static final Set<String> SUFFIXES = Set.of(".yaml", ".yml", ".json");

  private final Path directory;
  private final ManifestReader reader = new ManifestReader();
  private final Map<String, SeenFile> files = new HashMap<>();

  /**
   * Names of symbolic links, dangling ones too: what they lead to changes without their knowing.
   */
  private final Set<String> links = new HashSet<>();

  /**
   * @param signature empty if the file could not be read, so that it is tried again
   */
  private record SeenFile(Optional<Signature> signature, ManifestFile content) {}

  /** Tells whether a file is still the one that was read. */
  private record Signature(Object key, FileTime modified, long size) {}

  DirectoryFiles(Path directory) {
    this.directory = directory;
  }

  /**
   * Reads again what may have changed.
   *
   * @return what each file that was read says, by its name; {@link ManifestFile#NONE} for one that
   *     is gone
   * @throws IOException if the directory cannot be listed; all is as before then
   */
  SortedMap<String, ManifestFile> update(Changes changes) throws IOException {
    Set<String> candidates = new HashSet<>(changes.names());
    candidates.removeIf(name -> !isManifest(name));
    if (changes.everything()) {
      candidates.addAll(manifestNames());
      candidates.addAll(files.keySet());
    } else if (candidates.size() < changes.names().size()) {
      // A change of an entry that is no manifest, such as the ..data of a ConfigMap volume, may be
      // a change of what symbolic links lead to. More often it is somebody's draft of a manifest,
      // which must not cost a look at every file.
      candidates.addAll(links);
    }
    SortedMap<String, ManifestFile> read = new TreeMap<>();
    for (String name : candidates) {
      update(name, changes.names().contains(name)).ifPresent(content -> read.put(name, content));
    }
    return read;
  }

  private Set<String> manifestNames() throws IOException {
    Set<String> names = new HashSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (isManifest(name)) {
          names.add(name);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  /**
   * Reads a file again if it is another than before.
   *
   * @param touched whether there was an event for the very file; its time stamp is too coarse to
   *     tell two quick writes apart
   * @return what it says now; empty if it was not read
   */
  private Optional<ManifestFile> update(String name, boolean touched) {
    Optional<SeenFile> seen = Optional.ofNullable(files.get(name));
    ManifestFile earlier = seen.map(SeenFile::content).orElse(ManifestFile.NONE);
    try {
      BasicFileAttributes attributes = attributes(name);
      if (attributes.isDirectory()) {
        return forget(name);
      }
      Optional<Signature> signature =
          Optional.of(
              new Signature(
                  attributes.fileKey(), attributes.lastModifiedTime(), attributes.size()));
      if (!touched && seen.map(SeenFile::signature).equals(Optional.of(signature))) {
        return Optional.empty();
      }
      return remember(name, signature, read(name, earlier));
    } catch (NoSuchFileException e) {
      return forget(name);
    } catch (IOException e) {
      ManifestFile unreadable = wholeFile(name, "cannot be read: " + e);
      return remember(name, Optional.empty(), unreadable.after(earlier));
    }
  }

  /** Those of the file, or of what it leads to. */
  private BasicFileAttributes attributes(String name) throws IOException {
    Path path = directory.resolve(name);
    links.remove(name);
    BasicFileAttributes attributes =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isSymbolicLink()) {
      return attributes;
    }
    links.add(name);
    return Files.readAttributes(path, BasicFileAttributes.class);
  }

  private Optional<ManifestFile> remember(
      String name, Optional<Signature> signature, ManifestFile content) {
    files.put(name, new SeenFile(signature, content));
    return Optional.of(content);
  }

  private Optional<ManifestFile> forget(String name) {
    return Optional.ofNullable(files.remove(name)).map(seen -> ManifestFile.NONE);
  }

  private ManifestFile read(String name, ManifestFile earlier) throws IOException {
    byte[] content = Files.readAllBytes(directory.resolve(name));
    if (content.length == 0 && !earlier.objects().isEmpty()) {
      // A shell's "> file" empties it before it writes.
      return wholeFile(name, "is empty; write it, or delete it if its objects are to go")
          .after(earlier);
    }
    return reader.read(name, content).after(earlier);
  }

  private static ManifestFile wholeFile(String name, String reason) {
    return ManifestFile.broken(List.of(new SourceProblem(name, 0, "", reason)));
  }

  private static boolean isManifest(String name) {
    return !name.startsWith(".") && SUFFIXES.stream().anyMatch(name::endsWith);
  }
}
