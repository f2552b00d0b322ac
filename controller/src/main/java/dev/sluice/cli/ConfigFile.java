// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.config.ConfigException;
import dev.sluice.config.ConfigurationFile;
import dev.sluice.config.KubeProxyConfiguration;
import dev.sluice.config.KubeProxyConfiguration.Origin;
import dev.sluice.config.KubeProxySetting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Makes what the file of {@code --config} says the default of the options of that meaning. So an
 * option on the command line wins.
 */
final class ConfigFile implements IDefaultValueProvider {
  private static final String OPTION = "--config";

  private final ConfigurationFile content;
  private final KubeProxyConfiguration kubeProxy;

  private ConfigFile(ConfigurationFile content) {
    this.content = content;
    this.kubeProxy = KubeProxyConfiguration.of(content, Map.of());
  }

  /**
   * Reads the file that the arguments name, if they name one, for the command they name.
   *
   * @throws ConfigException if it cannot be used
   */
  static void applyTo(CommandLine commandLine, String... arguments) {
    CommandLine command =
        arguments.length == 0 ? null : commandLine.getSubcommands().get(arguments[0]);
    if (command == null || command.getCommandSpec().findOption(OPTION) == null) {
      return;
    }
    file(arguments).map(ConfigFile::read).ifPresent(command::setDefaultValueProvider);
  }

  private static Optional<Path> file(String... arguments) {
    for (int index = 1; index < arguments.length; index++) {
      String argument = arguments[index];
      if (argument.equals(OPTION) && index + 1 < arguments.length) {
        return Optional.of(Path.of(arguments[index + 1]));
      } else if (argument.startsWith(OPTION + "=")) {
        return Optional.of(Path.of(argument.substring(OPTION.length() + 1)));
      }
    }
    return Optional.empty();
  }

  private static ConfigFile read(Path file) {
    CommandLine trial = new CommandLine(new RunCommand()).setCaseInsensitiveEnumValuesAllowed(true);
    Map<String, OptionSpec> fields = SluiceFields.of(trial.getCommandSpec());
    ConfigurationFile content = ConfigurationFile.read(file, fields.keySet());
    List<String> errors = new ArrayList<>(content.errors());
    errors.addAll(KubeProxyConfiguration.of(content, Map.of()).errors());
    content
        .sluice()
        .forEach(
            (field, value) ->
                problem(trial, fields.get(field), field, value).ifPresent(errors::add));
    if (!errors.isEmpty()) {
      errors.addAll(content.strictErrors());
      throw ConfigException.of(errors);
    }
    return new ConfigFile(content);
  }

  /** Tries each field by itself, as of all options picocli names just the first bad one. */
  private static Optional<String> problem(
      CommandLine trial, OptionSpec option, String field, ConfigurationFile.Value value) {
    try {
      trial.parseArgs(option.longestName() + "=" + value.text());
      return Optional.empty();
    } catch (ParameterException e) {
      return Optional.of(
          "%s: SluiceConfiguration.%s: %s".formatted(value.place(), field, e.getMessage()));
    }
  }

  /** What the file of this command says; nothing without a file. */
  static ConfigurationFile of(CommandSpec command) {
    return command.defaultValueProvider() instanceof ConfigFile file
        ? file.content
        : ConfigurationFile.NONE;
  }

  @Override
  public String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option)) {
      return null;
    }
    Optional<KubeProxySetting> setting =
        Stream.of(option.names())
            .flatMap(name -> KubeProxySetting.ofFlag(name).stream())
            .findFirst();
    if (setting.isPresent()) {
      KubeProxyConfiguration.Value value = kubeProxy.value(setting.get());
      return value.origin() == Origin.FILE ? value.text() : null;
    }
    ConfigurationFile.Value value = content.sluice().get(SluiceFields.nameOf(option));
    return value == null ? null : value.text();
  }
}
