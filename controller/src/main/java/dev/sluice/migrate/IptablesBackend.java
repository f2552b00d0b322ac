// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import dev.sluice.node.Programs.Answer;

/** The two places in the kernel where iptables rules can be; each has programs of its own. */
enum IptablesBackend {
  LEGACY("legacy"),
  NFT("nft");

  private final String suffix;

  IptablesBackend(String suffix) {
    this.suffix = suffix;
  }

  /** How its programs are told apart by name, as in {@code iptables-nft-save}. */
  String suffix() {
    return suffix;
  }

  /**
   * Whether a program without suffix is this backend's, by its {@code --version}: 1.8 and later say
   * {@code (nf_tables)} or {@code (legacy)}; earlier ones are legacy, and may not know the option.
   */
  boolean isNamedBy(Answer version) {
    return switch (version) {
      case Answer.Printed(String text) -> text.contains("nf_tables") == (this == NFT);
      case Answer.Failed _ -> this == LEGACY;
      case Answer.Missing _ -> false;
    };
  }
}
