// SPDX-License-Identifier: Apache-2.0
package dev.sluice.compatibility;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Writes {@code docs/kube-proxy-compatibility.md}: every rule, how Sluice stands to it, and the
 * tests that show it.
 */
public final class CompatibilityPage {
  /** Where the page is, relative to the root of the repository. */
  public static final Path FILE = Path.of("docs/kube-proxy-compatibility.md");

  /** Writes the page anew. */
  public static final String UPDATE_COMMAND = "docs/update-compatibility.sh";

  private static final List<String> MODULES = List.of("loader", "controller", "lab");

  private CompatibilityPage() {}

  /** Writes the page of the repository whose root is the argument. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1) {
      System.err.println("usage: CompatibilityPage REPOSITORY");
      System.exit(2);
    }
    Path root = Path.of(arguments[0]);
    try {
      Files.writeString(root.resolve(FILE), generate(root));
    } catch (CompatibilityException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  /**
   * The page as the compiled tests below {@code root} make it.
   *
   * @throws CompatibilityException naming what is wrong
   */
  public static String generate(Path root) {
    return text(
        Compatibility.of(
            RuleList.parse(TextFile.resource("rules.txt")),
            Reasons.parse(TextFile.resource("reasons.txt")),
            TestClasses.scan(root, MODULES)));
  }

  static String text(Compatibility compatibility) {
    Map<Path, String> labels = labels(compatibility);
    StringBuilder text = new StringBuilder();
    text.append(
        """
        <!-- Made by %s from the tests and compatibility/src/main/resources: do not edit. -->
        # What Sluice does of what kube-proxy does

        %d facts about kube-proxy 1.36 and 1.37 that users can observe, and how Sluice stands to each: %s.

        | | |
        |---|---|
        | met | Sluice behaves the same. The tests named would fail if it did not |
        | differs | Sluice does something else on purpose, or a part of the rule is missing; the tests, if any, show what it does |
        | does not apply | there is nothing to be met: another mode or system, or something kube-proxy does not promise either |
        | not yet | it is to be met and is not, or no test shows it yet |

        Rules marked (iptables) or (nftables) belong to that mode of kube-proxy; `--proxy-mode` chooses whose behaviour Sluice has where the
        two differ. The build fails if a rule has neither a test nor a reason. Numbers are used in the sources: "rule 84".
        """
            .formatted(UPDATE_COMMAND, compatibility.rules().size(), counts(compatibility)));
    for (Section section : compatibility.rules().sections()) {
      text.append("\n## ").append(section.title()).append("\n\n");
      text.append("| | kube-proxy | Sluice | why, and tests |\n|---:|---|---|---|\n");
      for (Rule rule : section.rules()) {
        Compatibility.Standing standing = compatibility.standings().get(rule.number());
        text.append(
            "| %d | %s | %s | %s |\n"
                .formatted(
                    rule.number(), rule.name(), standing.status(), evidence(standing, labels)));
      }
    }
    text.append('\n');
    labels.forEach((source, label) -> text.append("[%s]: ../%s\n".formatted(label, source)));
    return text.toString();
  }

  /**
   * What each source is called in the tables, where links to it would be unreadable: the name of
   * its class, with its module if another one has the same.
   */
  private static Map<Path, String> labels(Compatibility compatibility) {
    SortedMap<String, SortedSet<Path>> sources = new TreeMap<>();
    for (Compatibility.Standing standing : compatibility.standings().values()) {
      for (ShowingTest test : standing.tests()) {
        sources.computeIfAbsent(name(test.source()), key -> new TreeSet<>()).add(test.source());
      }
    }
    Map<Path, String> labels = new LinkedHashMap<>();
    sources.forEach(
        (name, paths) ->
            paths.forEach(
                path ->
                    labels.put(
                        path,
                        paths.size() == 1 ? name : "%s in %s".formatted(name, path.getName(0)))));
    return labels;
  }

  private static String name(Path source) {
    return source.getFileName().toString().replaceFirst("\\.java$", "");
  }

  private static String counts(Compatibility compatibility) {
    return Arrays.stream(Status.values())
        .map(status -> "**" + status + " " + compatibility.count(status) + "**")
        .collect(joining(", "));
  }

  private static String evidence(Compatibility.Standing standing, Map<Path, String> labels) {
    Stream<String> tests =
        standing.tests().stream()
            .collect(groupingBy(test -> labels.get(test.source()), TreeMap::new, toList()))
            .entrySet()
            .stream()
            .map(ofSource -> tests(ofSource.getKey(), ofSource.getValue()));
    return Stream.concat(Stream.of(standing.why()).filter(why -> !why.isEmpty()), tests)
        .collect(joining("<br>"));
  }

  /** The tests of one source. */
  private static String tests(String label, List<ShowingTest> tests) {
    String methods =
        tests.stream()
            .map(ShowingTest::method)
            .filter(method -> !method.isEmpty())
            .map(CompatibilityPage::words)
            .collect(joining("; "));
    return methods.isEmpty() ? "[%s]".formatted(label) : "[%s]: %s".formatted(label, methods);
  }

  /** {@code aPodMeetsIt} as "a pod meets it". */
  private static String words(String method) {
    return method.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
  }
}
