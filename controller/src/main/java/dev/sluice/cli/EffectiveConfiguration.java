// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.config.ConfigException;
import dev.sluice.config.ConfigurationFile;
import dev.sluice.config.KubeProxyConfiguration;
import dev.sluice.config.KubeProxyConfiguration.Origin;
import dev.sluice.config.KubeProxySetting;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** All settings that are in force, of kube-proxy's configuration and of Sluice's own. */
final class EffectiveConfiguration {
  static final String KUBE_PROXY = "KubeProxyConfiguration";
  static final String SLUICE = "SluiceConfiguration";

  private final KubeProxyConfiguration kubeProxy;
  private final List<Setting> settings;
  private final List<String> warnings;

  /**
   * A setting.
   *
   * @param configuration the kind of the document that it belongs to
   * @param value empty if there is none, or if it depends on the node
   * @param place file and line, or the flag; empty for a default
   */
  record Setting(String configuration, String field, String value, Origin origin, String place) {}

  private EffectiveConfiguration(
      KubeProxyConfiguration kubeProxy, List<Setting> settings, List<String> warnings) {
    this.kubeProxy = kubeProxy;
    this.settings = List.copyOf(settings);
    this.warnings = List.copyOf(warnings);
  }

  /**
   * Puts together what a command was given, once its command line has been parsed, and has its
   * options follow it.
   *
   * @throws ConfigException with every mistake, if there are any
   */
  static EffectiveConfiguration of(CommandSpec command, RunOptions options) {
    ParseResult parsed = command.commandLine().getParseResult();
    ConfigurationFile file = ConfigFile.of(command);
    KubeProxyConfiguration kubeProxy =
        KubeProxyConfiguration.of(file, KubeProxyFlags.given(command, parsed));
    List<String> errors = new ArrayList<>(kubeProxy.errors());
    if (errors.isEmpty()) {
      options.follow(kubeProxy);
      errors.addAll(contradictions(options));
    }
    if (!errors.isEmpty()) {
      throw ConfigException.of(errors);
    }
    List<Setting> settings = new ArrayList<>();
    KubeProxySetting.fields().forEach(field -> settings.add(setting(field, kubeProxy)));
    SluiceFields.of(command)
        .forEach((name, option) -> settings.add(setting(name, option, parsed, file)));
    return new EffectiveConfiguration(kubeProxy, settings, file.strictErrors());
  }

  /** What options check of one another when they are used, before they are. */
  private static List<String> contradictions(RunOptions options) {
    return Stream.<Supplier<Object>>of(
            options::proxyConfig,
            options::mapSizes,
            options::sampling,
            options::snatPorts,
            options::nodePorts,
            options::timeouts,
            options.node()::ips,
            options.node()::podCidrs)
        .map(EffectiveConfiguration::complaint)
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<String> complaint(Supplier<Object> use) {
    try {
      Objects.requireNonNull(use.get());
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static Setting setting(KubeProxySetting field, KubeProxyConfiguration kubeProxy) {
    KubeProxyConfiguration.Value value = kubeProxy.value(field);
    return new Setting(KUBE_PROXY, field.field(), value.text(), value.origin(), value.place());
  }

  private static Setting setting(
      String name, OptionSpec option, ParseResult parsed, ConfigurationFile file) {
    if (parsed.hasMatchedOption(option.longestName())) {
      return new Setting(
          SLUICE, name, KubeProxyFlags.text(option), Origin.FLAG, option.longestName());
    }
    ConfigurationFile.Value value = file.sluice().get(name);
    if (value != null) {
      return new Setting(SLUICE, name, value.text(), Origin.FILE, value.place());
    }
    return new Setting(SLUICE, name, SluiceFields.defaultOf(option), Origin.DEFAULT, "");
  }

  KubeProxyConfiguration kubeProxy() {
    return kubeProxy;
  }

  List<Setting> settings() {
    return settings;
  }

  /** Unknown fields and those that are there twice. */
  List<String> warnings() {
    return warnings;
  }

  /** What has another effect than with kube-proxy, or none. */
  List<String> notices() {
    return kubeProxy.notices();
  }
}
