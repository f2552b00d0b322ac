// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.config.KubeProxySetting;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The fields of a SluiceConfiguration: the long options of {@code sluice run} in camelCase, but for
 * those that kube-proxy's configuration has a field for and those that are about one call or test.
 */
final class SluiceFields {
  private static final Set<String> OF_ONE_CALL =
      Set.of(
          "--config",
          "--write-config-to",
          "--cleanup",
          "--init-only",
          "--pretend-kernel",
          "--instance",
          "--pin-dir",
          "--run-dir",
          "--help",
          "--version");

  private SluiceFields() {}

  /** The option behind each field. */
  static Map<String, OptionSpec> of(CommandSpec run) {
    return run.options().stream()
        .filter(SluiceFields::isField)
        .collect(
            Collectors.toMap(SluiceFields::nameOf, option -> option, (a, b) -> a, TreeMap::new));
  }

  private static boolean isField(OptionSpec option) {
    return Arrays.stream(option.names())
        .noneMatch(name -> OF_ONE_CALL.contains(name) || KubeProxySetting.ofFlag(name).isPresent());
  }

  /** The option's default; empty if it has none, or one that depends on the node. */
  static String defaultOf(OptionSpec option) {
    boolean flag = option.type() == boolean.class;
    return Objects.requireNonNullElse(option.defaultValue(), flag ? "false" : "");
  }

  /** {@code socketHooks} for {@code --socket-hooks}. */
  static String nameOf(OptionSpec option) {
    String[] words = option.longestName().replaceFirst("^-+", "").split("-", -1);
    return words[0]
        + Arrays.stream(words)
            .skip(1)
            .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
            .collect(Collectors.joining());
  }
}
