// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.source.manifests.DirectoryWatch.Changes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files are looked at for which event. */
class DirectoryFilesTest {
  private static final String POD = "{apiVersion: v1, kind: Pod}\n";

  @TempDir Path directory;

  private DirectoryFiles files;

  @BeforeEach
  void readAFile() throws IOException {
    Files.writeString(directory.resolve("file.yaml"), POD);
    files = new DirectoryFiles(directory);
    assertThat(files.update(new Changes(true, Set.of()))).containsOnlyKeys("file.yaml");
  }

  private Set<String> readAfterEventFor(String name) throws IOException {
    return files.update(new Changes(false, Set.of(name))).keySet();
  }

  /** An event for itself would come as well; without one, a look at it is the only way to know. */
  @Test
  void aDraftBesideTheManifestsCostsNoLookAtThem() throws IOException {
    Files.writeString(directory.resolve("file.yaml"), POD + "---\n" + POD);

    assertThat(readAfterEventFor(".file.yaml.draft")).isEmpty();

    assertThat(files.update(new Changes(true, Set.of()))).containsOnlyKeys("file.yaml");
  }

  @Test
  void aLinkIsFollowedAnewWhenAnyOtherEntryChanges() throws IOException {
    Path target = Files.writeString(directory.resolve("target"), POD);
    Files.createSymbolicLink(directory.resolve("link.yaml"), target);
    assertThat(readAfterEventFor("link.yaml")).containsExactly("link.yaml");

    Files.writeString(target, POD + "---\n" + POD);

    assertThat(readAfterEventFor("target")).containsExactly("link.yaml");
    assertThat(readAfterEventFor("target")).as("as it was").isEmpty();
  }

  @Test
  void aLinkThatLedNowhereIsReadOnceItLeadsToAFile() throws IOException {
    Path target = directory.resolve("target");
    Files.createSymbolicLink(directory.resolve("link.yaml"), target);
    assertThat(readAfterEventFor("link.yaml")).isEmpty();

    Files.writeString(target, POD);

    assertThat(readAfterEventFor("target")).containsExactly("link.yaml");
  }
}
