// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The file of {@code --config}: YAML with the long option names of {@code sluice run}, without
 * their dashes, as keys. An option on the command line wins.
 */
final class ConfigFile implements IDefaultValueProvider {
  private static final String OPTION = "--config";

  /** {@code off} is a word here, as on the command line, not a truth value. */
  private static final YAMLMapper YAML =
      new YAMLMapper(
          YAMLFactory.builder()
              .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
              .build());

  private final Map<String, String> values;

  private ConfigFile(Map<String, String> values) {
    this.values = values;
  }

  /** Reads the file that the arguments name, if they name one, for the command they name. */
  static void applyTo(CommandLine commandLine, String... arguments) {
    if (arguments.length == 0) {
      return;
    }
    CommandLine command = commandLine.getSubcommands().get(arguments[0]);
    if (command == null || command.getCommandSpec().findOption(OPTION) == null) {
      return;
    }
    for (int index = 1; index < arguments.length; index++) {
      String argument = arguments[index];
      if (argument.equals(OPTION) && index + 1 < arguments.length) {
        command.setDefaultValueProvider(
            read(Path.of(arguments[index + 1]), command.getCommandSpec()));
      } else if (argument.startsWith(OPTION + "=")) {
        command.setDefaultValueProvider(
            read(Path.of(argument.substring(OPTION.length() + 1)), command.getCommandSpec()));
      }
    }
  }

  private static ConfigFile read(Path file, CommandSpec command) {
    JsonNode root;
    try {
      root = YAML.readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      throw new ConfigException(file + " is not YAML: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new ConfigException("cannot read " + file + ": " + e, e);
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> property : root.properties()) {
      String option = "--" + property.getKey();
      if (command.findOption(option) == null || option.equals(OPTION)) {
        throw new ConfigException(
            file + ": '" + property.getKey() + "' is not an option; it knows " + known(command));
      }
      for (String name : command.findOption(option).names()) {
        if (values.containsKey(name)) {
          throw new ConfigException(
              "%s: '%s' and '%s' are one option; keep one of them"
                  .formatted(file, name.substring(2), property.getKey()));
        }
      }
      values.put(option, text(property.getValue()));
    }
    return new ConfigFile(values);
  }

  private static String known(CommandSpec command) {
    return command.options().stream()
        .flatMap(option -> Stream.of(option.names()))
        .filter(name -> name.startsWith("--") && !name.equals(OPTION))
        .map(name -> name.substring(2))
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static String text(JsonNode value) {
    return value.isArray()
        ? StreamSupport.stream(value.spliterator(), false)
            .map(JsonNode::asText)
            .collect(Collectors.joining(","))
        : value.asText();
  }

  @Override
  public String defaultValue(ArgSpec argument) {
    return argument instanceof OptionSpec option
        ? List.of(option.names()).stream()
            .filter(values::containsKey)
            .map(values::get)
            .findFirst()
            .orElse(null)
        : null;
  }

  /** A configuration file that cannot be used. */
  static final class ConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    ConfigException(String message, Throwable cause) {
      super(message, cause);
    }

    ConfigException(String message) {
      super(message);
    }
  }
}
