// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare.result;

import com.fasterxml.jackson.annotation.JsonValue;

/** What a machine's clock counts. */
public enum Clock {
  REAL("real"),
  /** Instructions of an emulated processor: repeatable, but no times. */
  INSTRUCTIONS("instructions");

  private final String key;

  Clock(String key) {
    this.key = key;
  }

  /** Its name in files and options. */
  @Override
  @JsonValue
  public String toString() {
    return key;
  }
}
