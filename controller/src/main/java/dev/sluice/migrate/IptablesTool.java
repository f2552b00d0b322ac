// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import dev.sluice.node.AddressFamily;
import dev.sluice.node.NodeException;
import dev.sluice.node.Programs;
import dev.sluice.node.Programs.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * {@code iptables-save} and {@code iptables-restore} of one backend and family.
 *
 * @param root the root of the file system, below which {@code /proc} is read
 * @param nftTables tells which tables nftables has
 */
record IptablesTool(
    Path root,
    Programs programs,
    Supplier<List<NftRuleset.Table>> nftTables,
    IptablesBackend backend,
    AddressFamily family) {
  /**
   * With 30,000 chains (10,000 Services) the nftables variant takes minutes, the legacy one
   * seconds.
   */
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private static final Set<String> TABLES = Set.of("filter", "nat", "mangle", "raw", "security");

  /** How long others may hold the lock of the legacy tables, in seconds. */
  private static final String LOCK_SECONDS = "10";

  /** The name of the programs of this backend, such as {@code ip6tables-nft}. */
  String name() {
    return base() + "-" + backend.suffix();
  }

  /**
   * All rules.
   *
   * @throws NodeException if there are any and the program is missing or fails or its answer is not
   *     understood
   */
  IptablesRuleset save() {
    // Nothing is asked that has no tables: the programs would load modules, or may be missing.
    return hasTables()
        ? save(installed().orElseThrow(() -> missing("save")) + "-save")
        : new IptablesRuleset(List.of());
  }

  private IptablesRuleset save(String program) {
    return switch (programs.run(LIMIT, List.of(program), "")) {
      case Answer.Printed(String text) -> IptablesRuleset.parse(program, text);
      case Answer.Failed(String why) -> throw new NodeException(program + ": " + why);
      case Answer.Missing _ -> throw new NodeException(program + " has gone");
    };
  }

  /**
   * Changes rules, each table as a whole or not at all. What the input does not name stays.
   *
   * @throws NodeException if it fails
   */
  void change(String input) {
    String program = installed().orElseThrow(() -> missing("restore")) + "-restore";
    Answer answer =
        programs.run(LIMIT, List.of(program, "--noflush", "--wait", LOCK_SECONDS), input);
    if (answer instanceof Answer.Failed(String why)) {
      throw new NodeException(program + ": " + why);
    }
    if (answer instanceof Answer.Missing) {
      throw missing("restore");
    }
  }

  /** What the installed programs of this backend and family are called, without {@code -save}. */
  Optional<String> installed() {
    if (!(version(name()) instanceof Answer.Missing)) {
      return Optional.of(name());
    }
    return backend.isNamedBy(version(base())) ? Optional.of(base()) : Optional.empty();
  }

  private Answer version(String prefix) {
    return programs.run(LIMIT, List.of(prefix + "-save", "--version"), "");
  }

  private boolean hasTables() {
    return switch (backend) {
      case LEGACY -> hasLegacyTables();
      case NFT -> nftTables.get().stream().anyMatch(this::isOwn);
    };
  }

  /** Whether a table of nftables is one that iptables-nft makes. */
  boolean isOwn(NftRuleset.Table table) {
    return table.family().equals(isIpv4() ? "ip" : "ip6") && TABLES.contains(table.name());
  }

  /** Only the kernel knows; a file that is not there means that its module is not loaded. */
  private boolean hasLegacyTables() {
    Path names = root.resolve("proc/net/" + (isIpv4() ? "ip_tables_names" : "ip6_tables_names"));
    try {
      return Files.exists(names) && !Files.readString(names).isBlank();
    } catch (IOException e) {
      throw new NodeException("cannot read /" + root.relativize(names) + ": " + e.getMessage(), e);
    }
  }

  private NodeException missing(String verb) {
    return new NodeException(
        "it has rules, but %s-%s is not installed: install iptables".formatted(name(), verb));
  }

  private boolean isIpv4() {
    return family == AddressFamily.IPV4;
  }

  private String base() {
    return isIpv4() ? "iptables" : "ip6tables";
  }
}
