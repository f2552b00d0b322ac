// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import dev.sluice.node.NodeException;
import dev.sluice.node.Programs;
import dev.sluice.node.Programs.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The sets of addresses to which the iptables rules of IPVS mode refer. */
final class IpsetTrace implements Trace {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static final String PREFIX = "KUBE-";

  private final Programs programs;

  IpsetTrace(Programs programs) {
    this.programs = programs;
  }

  @Override
  public String where() {
    return "ipset";
  }

  @Override
  public List<Finding> find() {
    Optional<List<String>> sets = sets();
    if (sets.isEmpty()) {
      return List.of(
          Finding.note(
              where(),
              0,
              "ipset is not installed, so sets KUBE-* were not looked for",
              "nothing in the way: a set without a rule that refers to it does nothing"));
    }
    return List.of(
        sets.get().isEmpty()
            ? Finding.clear(where(), "no sets KUBE-*")
            : Finding.todo(
                where(),
                sets.get().size(),
                Advice.count(sets.get().size(), "set")
                    + " of kube-proxy: "
                    + String.join(", ", sets.get()),
                Advice.STOP_AND_CLEAN_UP));
  }

  @Override
  public List<Removal> removals() {
    return sets().orElse(List.of()).stream()
        .map(set -> new Removal(where(), 1, "set " + set, () -> destroy(set)))
        .toList();
  }

  private Optional<List<String>> sets() {
    return switch (programs.run(LIMIT, List.of("ipset", "list", "-name"), "")) {
      case Answer.Printed(String names) ->
          Optional.of(
              names.lines().map(String::strip).filter(name -> name.startsWith(PREFIX)).toList());
      case Answer.Failed(String why) -> throw new NodeException("ipset list: " + why);
      case Answer.Missing _ -> Optional.empty();
    };
  }

  private void destroy(String set) {
    if (programs.run(LIMIT, List.of("ipset", "destroy", set), "")
        instanceof Answer.Failed(String why)) {
      throw new NodeException("ipset destroy " + set + ": " + why);
    }
  }
}
