// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.config.KubeProxySetting;
import dev.sluice.config.ValueKind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** kube-proxy's flags, so that a command line of kube-proxy's is understood as it is. */
final class KubeProxyFlags {
  private KubeProxyFlags() {}

  /** Adds those that the command has no option for. Ignored ones are not in its help. */
  static void addTo(CommandSpec command) {
    for (KubeProxySetting setting : KubeProxySetting.all()) {
      List<String> missing =
          setting.flags().stream().filter(flag -> command.findOption(flag) == null).toList();
      if (!setting.flags().isEmpty() && missing.size() == setting.flags().size()) {
        command.addOption(option(setting));
      }
    }
  }

  private static OptionSpec option(KubeProxySetting setting) {
    OptionSpec.Builder option =
        OptionSpec.builder(setting.flags().toArray(String[]::new))
            .type(String.class)
            .hidden(setting.use() == KubeProxySetting.Use.IGNORED)
            .description(description(setting));
    return setting.kind() == ValueKind.BOOLEAN
        ? option.paramLabel("true|false").arity("0..1").fallbackValue("true").build()
        : option.paramLabel(setting.kind().name()).arity("1").build();
  }

  private static String description(KubeProxySetting setting) {
    return setting.defaultValue().isEmpty()
        ? setting.words()
        : setting.words() + " (default: " + setting.defaultValue() + ")";
  }

  /** The text of each flag that was given. */
  static Map<KubeProxySetting, String> given(CommandSpec command, ParseResult parsed) {
    Map<KubeProxySetting, String> texts = new HashMap<>();
    for (KubeProxySetting setting : KubeProxySetting.all()) {
      setting.flags().stream()
          .map(command::findOption)
          .filter(Objects::nonNull)
          .filter(option -> parsed.hasMatchedOption(option.longestName()))
          .findFirst()
          .ifPresent(option -> texts.put(setting, text(option)));
    }
    return texts;
  }

  /** As it was written; a list may have been given in several parts. */
  static String text(OptionSpec option) {
    String text =
        String.join(
            ",", option.originalStringValues().stream().flatMap(KubeProxyFlags::parts).toList());
    return text.isEmpty() && option.fallbackValue() != null && !option.fallbackValue().isEmpty()
        ? option.fallbackValue()
        : text;
  }

  private static Stream<String> parts(String text) {
    return Arrays.stream(text.split(",", -1));
  }
}
