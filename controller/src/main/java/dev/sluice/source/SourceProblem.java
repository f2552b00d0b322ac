// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source;

import static java.util.Objects.requireNonNull;

/**
 * Something that is wrong with an object or a file, told once when it appears and once when it is
 * gone.
 *
 * @param origin where it was read: a file name, or a resource of the API
 * @param document the number of the YAML document in the file, from 1; 0 if it is about the whole
 *     origin
 * @param object kind and name of the object, or "" if it could not be told
 * @param reason what is wrong and what follows from it
 */
public record SourceProblem(String origin, int document, String object, String reason) {
  public SourceProblem {
    requireNonNull(origin, "origin");
    requireNonNull(object, "object");
    requireNonNull(reason, "reason");
  }

  /** One line for people. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(origin);
    if (document > 0) {
      text.append(", document ").append(document);
    }
    if (!object.isEmpty()) {
      text.append(", ").append(object);
    }
    return text.append(": ").append(reason).toString();
  }
}
