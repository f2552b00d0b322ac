// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source;

/**
 * Tells people what happens to an object, as {@code kubectl describe} shows it. Best effort: what
 * cannot be told soon is not told at all. Whoever records also logs what matters.
 */
@FunctionalInterface
public interface EventRecorder {
  /** Where there is nobody to tell. */
  EventRecorder NONE = event -> {};

  /** What an event is for. */
  enum Severity {
    NORMAL("Normal"),
    WARNING("Warning");

    private final String word;

    Severity(String word) {
      this.word = word;
    }

    /** As Kubernetes writes it. */
    public String word() {
      return word;
    }
  }

  /**
   * What has happened.
   *
   * @param kind of the object: {@code Node} or {@code Service}
   * @param namespace of the object; "" for a Node
   * @param name of the object
   * @param reason why the event is, in one word, such as {@code Starting}
   * @param action what was done, in one word
   * @param note for people; may be ""
   */
  record Event(
      String kind,
      String namespace,
      String name,
      Severity severity,
      String reason,
      String action,
      String note) {}

  /** Returns at once. */
  void record(Event event);
}
