// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

/**
 * One line of {@code sluice migrate check}.
 *
 * @param where what was searched
 * @param count how many things were found; 0 if none, or if it could not be searched
 * @param found what was found
 * @param whatToDo what to do next; "" if there is nothing to do
 */
public record Finding(Level level, String where, int count, String found, String whatToDo) {
  /** What a finding means for the way to Sluice. */
  public enum Level {
    /** Nothing is there. */
    CLEAR,
    /** Something to know; it is not in the way. */
    NOTE,
    /** Something to do. */
    TODO,
    /** It could not be searched. */
    UNKNOWN
  }

  static Finding clear(String where, String found) {
    return new Finding(Level.CLEAR, where, 0, found, "");
  }

  static Finding note(String where, int count, String found, String whatToDo) {
    return new Finding(Level.NOTE, where, count, found, whatToDo);
  }

  static Finding todo(String where, int count, String found, String whatToDo) {
    return new Finding(Level.TODO, where, count, found, whatToDo);
  }

  static Finding unknown(String where, String why, String whatToDo) {
    return new Finding(Level.UNKNOWN, where, 0, why, whatToDo);
  }

  /** The line as printed. */
  @Override
  public String toString() {
    String line = String.format("%-8s %-26s %s", level, where, found);
    return whatToDo.isEmpty() ? line : line + " -> " + whatToDo;
  }
}
