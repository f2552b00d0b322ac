// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.manifests;

import dev.sluice.source.SourceProblem;
import java.util.List;

/**
 * What reading a file gave.
 *
 * @param broken whether the file as a whole is unusable; it has no objects then
 * @param problems what is wrong with it; a file that is not broken can have some, too
 * @param ignored number of objects of kinds that Sluice has no use for
 */
record ManifestFile(
    boolean broken, List<ManifestObject> objects, List<SourceProblem> problems, int ignored) {
  static final ManifestFile NONE = new ManifestFile(false, List.of(), List.of(), 0);

  ManifestFile {
    objects = List.copyOf(objects);
    problems = List.copyOf(problems);
  }

  static ManifestFile broken(List<SourceProblem> problems) {
    return new ManifestFile(true, List.of(), problems, 0);
  }

  /**
   * What is in force after this was read where {@code earlier} was in force: a broken file does not
   * take back what it said before.
   */
  ManifestFile after(ManifestFile earlier) {
    return broken ? new ManifestFile(true, earlier.objects, problems, earlier.ignored) : this;
  }
}
