// SPDX-License-Identifier: Apache-2.0
package dev.sluice.compatibility;

import java.util.List;

/** Rules about one subject. */
record Section(String title, List<Rule> rules) {
  Section {
    rules = List.copyOf(rules);
  }
}
