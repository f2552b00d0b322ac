// SPDX-License-Identifier: Apache-2.0
package dev.sluice.compatibility;

import java.util.Arrays;
import java.util.Optional;

/** How Sluice stands to a rule of kube-proxy. */
enum Status {
  /** A test shows that it behaves as kube-proxy does. */
  MET("met"),
  /** It does something else on purpose. */
  DIFFERS("differs"),
  /** There is nothing that could be met. */
  DOES_NOT_APPLY("does not apply"),
  /** It is to be met, and is not, or is not shown. */
  NOT_YET("not yet");

  private final String label;

  Status(String label) {
    this.label = label;
  }

  static Optional<Status> labelled(String label) {
    return Arrays.stream(values()).filter(status -> status.label.equals(label)).findFirst();
  }

  @Override
  public String toString() {
    return label;
  }
}
