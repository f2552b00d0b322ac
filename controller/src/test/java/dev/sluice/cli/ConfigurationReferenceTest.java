// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.config.KubeProxySetting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The tables of docs/operations.md are those of the code. {@code mvn test
 * -Dsluice.golden.update=true} writes them anew.
 */
class ConfigurationReferenceTest {
  private static final Path DOCUMENT = Path.of("../docs/operations.md");
  private static final boolean UPDATE = Boolean.getBoolean("sluice.golden.update");

  @Test
  void everySettingOfKubeProxyIsInTheDocument() throws IOException {
    StringBuilder table =
        new StringBuilder(
            "| field | flag | default | | what Sluice does, or why not |\n|---|---|---|---|---|\n");
    for (KubeProxySetting setting : KubeProxySetting.all()) {
      table.append(
          row(
              code(setting.field()),
              setting.flags().isEmpty() ? "" : code(setting.flags().getFirst()),
              code(setting.defaultValue()),
              setting.use().name().toLowerCase(Locale.ROOT),
              setting.words()));
    }
    compare("kube-proxy", table.toString());
  }

  @Test
  void everySettingOfSluiceIsInTheDocument() throws IOException {
    StringBuilder table =
        new StringBuilder("| field | value | default | meaning |\n|---|---|---|---|\n");
    Map<String, OptionSpec> fields =
        SluiceFields.of(Sluice.commandLine("run").getSubcommands().get("run").getCommandSpec());
    fields.forEach(
        (field, option) ->
            table.append(
                row(
                    code(field),
                    option.type() == boolean.class
                        ? "true, false"
                        : option.paramLabel().replace("|", ", "),
                    code(SluiceFields.defaultOf(option)),
                    meaning(option))));
    compare("sluice", table.toString());
  }

  /** The default has a column of its own, unless it is to be explained. */
  private static String meaning(OptionSpec option) {
    return String.join(" ", option.description())
        .replace(" (default: " + SluiceFields.defaultOf(option) + ")", "");
  }

  private static String code(String text) {
    return text.isEmpty() ? "" : "`" + text + "`";
  }

  private static String row(String... cells) {
    List<String> escaped = Arrays.stream(cells).map(cell -> cell.replace("|", "\\|")).toList();
    return "| " + String.join(" | ", escaped) + " |\n";
  }

  private static void compare(String name, String table) throws IOException {
    String begin = "<!-- " + name + ": begin -->\n";
    String end = "<!-- " + name + ": end -->\n";
    String document = Files.readString(DOCUMENT);
    int first = document.indexOf(begin) + begin.length();
    int last = document.indexOf(end);
    assertThat(first).as("the marks of " + name).isBetween(begin.length(), last);
    if (UPDATE) {
      Files.writeString(DOCUMENT, document.substring(0, first) + table + document.substring(last));
    }
    assertThat(Files.readString(DOCUMENT)).contains(begin + table + end);
  }
}
