// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

/** A scenario file cannot be used. The message names the file and the place in it. */
public final class ScenarioException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ScenarioException(String file, String place, String reason) {
    super(file + (place.isEmpty() ? "" : ", " + place) + ": " + reason);
  }
}
