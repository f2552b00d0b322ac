// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

/**
 * One line of {@code sluice check}.
 *
 * @param name what was looked at
 * @param status how it is
 * @param found what was found
 * @param whatToDo what the operator can do about it; "" if there is nothing to do
 */
public record CheckResult(String name, Status status, String found, String whatToDo) {
  /** How good it is. */
  public enum Status {
    /** As it should be. */
    OK,
    /** Sluice runs, with less or with a risk that the line names. */
    WARNING,
    /** Sluice cannot run. */
    FAILED
  }

  static CheckResult ok(String name, String found) {
    return new CheckResult(name, Status.OK, found, "");
  }

  static CheckResult warning(String name, String found, String whatToDo) {
    return new CheckResult(name, Status.WARNING, found, whatToDo);
  }

  static CheckResult failed(String name, String found, String whatToDo) {
    return new CheckResult(name, Status.FAILED, found, whatToDo);
  }

  /** The line as printed. */
  @Override
  public String toString() {
    String line = String.format("%-8s %-22s %s", status, name, found);
    return whatToDo.isEmpty() ? line : line + " -> " + whatToDo;
  }
}
