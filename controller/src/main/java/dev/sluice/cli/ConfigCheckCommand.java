// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.EffectiveConfiguration.Setting;
import dev.sluice.config.ConfigException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

@Command(
    name = "check",
    description = {
      "Prints every setting that 'sluice run --config FILE' would have, where it comes from, and what",
      "kube-proxy's configuration says that Sluice does otherwise. Needs neither root nor a cluster.",
      "Exit status 1 if anything is wrong, unknown or there twice."
    },
    customSynopsis = "sluice config check FILE [-o text|json] [OPTION OF 'sluice run']...",
    mixinStandardHelpOptions = true)
final class ConfigCheckCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "as for 'sluice run --config'")
  private Path file;

  @Unmatched private List<String> flags = new ArrayList<>();

  @Mixin private OutputOption output;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws JsonProcessingException {
    PrintWriter err = spec.commandLine().getErr();
    EffectiveConfiguration configuration;
    try {
      configuration = configuration();
    } catch (ConfigException | ParameterException e) {
      err.println(e.getMessage());
      return 1;
    }
    spec.commandLine().getOut().print(output.isJson() ? json(configuration) : text(configuration));
    spec.commandLine().getOut().flush();
    configuration.warnings().forEach(err::println);
    return configuration.warnings().isEmpty() ? 0 : 1;
  }

  private EffectiveConfiguration configuration() {
    List<String> arguments = new ArrayList<>(List.of("run", "--config", file.toString()));
    arguments.addAll(flags);
    CommandLine sluice = Sluice.commandLine(arguments.toArray(String[]::new));
    sluice.parseArgs(arguments.toArray(String[]::new));
    RunCommand run = sluice.getSubcommands().get("run").getCommand();
    return run.configuration();
  }

  private static String text(EffectiveConfiguration configuration) {
    StringBuilder text = new StringBuilder();
    int field = width(configuration, Setting::field);
    int value = width(configuration, Setting::value);
    String document = "";
    for (Setting setting : configuration.settings()) {
      if (!setting.configuration().equals(document)) {
        document = setting.configuration();
        text.append(document).append('\n');
      }
      text.append(
          ("  %-" + field + "s  %-" + value + "s  %s\n")
              .formatted(setting.field(), shown(setting.value()), origin(setting)));
    }
    if (!configuration.notices().isEmpty()) {
      text.append("notices\n");
      configuration.notices().forEach(line -> text.append("  ").append(line).append('\n'));
    }
    return text.toString();
  }

  private static int width(EffectiveConfiguration configuration, Function<Setting, String> part) {
    return configuration.settings().stream()
        .mapToInt(setting -> part.apply(setting).length())
        .max()
        .orElse(1);
  }

  private static String shown(String value) {
    return value.isEmpty() ? "-" : value;
  }

  private static String origin(Setting setting) {
    String origin = setting.origin().name().toLowerCase(Locale.ROOT);
    return setting.place().isEmpty() ? origin : origin + " " + setting.place();
  }

  private static String json(EffectiveConfiguration configuration) throws JsonProcessingException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    ArrayNode settings = root.putArray("settings");
    for (Setting setting : configuration.settings()) {
      settings
          .addObject()
          .put("configuration", setting.configuration())
          .put("field", setting.field())
          .put("value", setting.value())
          .put("origin", setting.origin().name().toLowerCase(Locale.ROOT))
          .put("place", setting.place());
    }
    configuration.notices().forEach(root.putArray("notices")::add);
    configuration.warnings().forEach(root.putArray("problems")::add);
    return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
  }
}
