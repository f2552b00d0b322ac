// SPDX-License-Identifier: Apache-2.0
package dev.sluice.config;

import java.util.List;

/** A configuration that cannot be used; the message names every mistake, a line each. */
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }

  public ConfigException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Of all mistakes together. */
  public static ConfigException of(List<String> errors) {
    return new ConfigException(String.join("\n", errors));
  }
}
