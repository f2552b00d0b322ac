// SPDX-License-Identifier: Apache-2.0
package dev.sluice.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Renders the Helm chart, without Helm: values, {@code if}, {@code else} and {@code with} on lines
 * of their own, and the few functions that our templates use. Anything else is an error, which
 * keeps the templates that simple.
 */
final class Chart {
  private static final Pattern ACTION = Pattern.compile("\\{\\{-? *(.*?) *-?}}");
  private static final Pattern BLOCK = Pattern.compile("\\s*\\{\\{- (if|with|else|end) ?(.*?) *}}");

  private final Path directory;
  private final ObjectNode root = JsonNodeFactory.instance.objectNode();

  /** What a block gives its lines: whether they count, and what the dot is. */
  private record Scope(boolean shown, JsonNode dot, boolean alternative) {}

  /**
   * @param values that are put over those of {@code values.yaml}, as YAML
   */
  Chart(Path directory, String values) {
    this.directory = directory;
    ObjectNode all = Yaml.documents(Yaml.text(directory.resolve("values.yaml"))).getFirst();
    Yaml.documents(values).forEach(more -> Yaml.patch(all, more));
    root.set("Values", all);
    root.putObject("Release").put("Namespace", "kube-system");
    root.putObject("Chart")
        .set(
            "AppVersion",
            Yaml.documents(Yaml.text(directory.resolve("Chart.yaml")))
                .getFirst()
                .get("appVersion"));
  }

  List<ObjectNode> objects() {
    try (Stream<Path> templates = Files.list(directory.resolve("templates"))) {
      return templates.sorted().flatMap(file -> Yaml.documents(render(file)).stream()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String render(Path template) {
    List<String> lines = new ArrayList<>();
    Deque<Scope> scopes = new ArrayDeque<>(List.of(new Scope(true, root, false)));
    for (String line : Yaml.text(template).lines().toList()) {
      Matcher block = BLOCK.matcher(line);
      if (block.matches()) {
        enter(scopes, block.group(1), block.group(2));
      } else if (scopes.element().shown()) {
        String text =
            ACTION
                .matcher(line)
                .replaceAll(
                    action ->
                        Matcher.quoteReplacement(
                            text(evaluate(action.group(1), scopes.element().dot()))));
        // "{{-" takes the white space before it, and nindent begins with a line's break.
        lines.add(
            line.stripLeading().startsWith("{{-") ? text.substring(text.indexOf('\n') + 1) : text);
      }
    }
    return String.join("\n", lines);
  }

  private void enter(Deque<Scope> scopes, String word, String argument) {
    Scope outer = scopes.element();
    switch (word) {
      case "end" -> scopes.pop();
      case "else" -> {
        Scope first = scopes.pop();
        scopes.push(new Scope(scopes.element().shown() && first.alternative(), first.dot(), false));
      }
      default -> {
        JsonNode value = evaluate(argument, outer.dot());
        scopes.push(
            new Scope(
                outer.shown() && isTrue(value),
                word.equals("with") ? value : outer.dot(),
                !isTrue(value)));
      }
    }
  }

  private static boolean isTrue(JsonNode value) {
    return value.isContainerNode()
        ? !value.isEmpty()
        : !List.of("", "false", "0").contains(value.asText());
  }

  /** Evaluates a pipeline. */
  private JsonNode evaluate(String pipeline, JsonNode dot) {
    String[] stages = pipeline.split(" *\\| *", -1);
    JsonNode value = term(stages[0], dot);
    for (String stage : Arrays.asList(stages).subList(1, stages.length)) {
      String[] words = stage.split(" ", -1);
      String text = text(value);
      value =
          switch (words[0]) {
            case "nindent" ->
                string("\n" + text.indent(Integer.parseInt(words[1])).stripTrailing());
            case "sha256sum" -> string(Integer.toHexString(text.hashCode()));
            case "default" -> isTrue(value) ? value : term(words[1], dot);
            default -> throw new AssertionError("unknown function in '" + pipeline + "'");
          };
    }
    return value;
  }

  private JsonNode term(String term, JsonNode dot) {
    String[] words = term.split(" ", -1);
    return switch (words[0]) {
      case "toYaml" -> string(Yaml.write(term(words[1], dot)));
      case "toJson" -> string(term(words[1], dot).toString());
      case ".Files.Get" ->
          string(Yaml.text(directory.resolve(words[1].replace("\"", ""))).stripTrailing());
      case "." -> dot;
      default -> path(words);
    };
  }

  private JsonNode path(String[] words) {
    if (words.length > 1 || !words[0].startsWith(".")) {
      throw new AssertionError("not understood: " + String.join(" ", words));
    }
    JsonNode value = root.at(words[0].replace('.', '/'));
    if (value.isMissingNode()) {
      throw new AssertionError("values.yaml has no " + words[0]);
    }
    return value;
  }

  private static JsonNode string(String text) {
    return JsonNodeFactory.instance.textNode(text);
  }

  private static String text(JsonNode value) {
    return value.asText();
  }
}
