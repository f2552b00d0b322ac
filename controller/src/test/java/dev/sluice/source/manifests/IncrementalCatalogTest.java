// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.manifests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.model.ServiceState;
import dev.sluice.source.SourceProblem;
import dev.sluice.source.manifests.ManifestCatalog.Change;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;

/**
 * A catalogue that follows changes says what reading through all files would say. Few names, so
 * that files often define the same objects.
 */
class IncrementalCatalogTest {
  private static final Arbitrary<String> FILE = Arbitraries.of("a.yaml", "b.json", "c.yml");
  private static final Arbitrary<String> SERVICE = Arbitraries.of("web", "shop");

  private final ManifestReader reader = new ManifestReader();
  private final ManifestCatalog catalog = new ManifestCatalog();
  private final SortedMap<String, ManifestFile> files = new TreeMap<>();
  private WholeCatalog told = new WholeCatalog(new TreeMap<>());

  /**
   * Files that change together.
   *
   * @param texts by the names of the files; an empty one for a file that is deleted
   * @param heard whether the listener takes it, and does not fail
   */
  record Step(Map<String, String> texts, boolean heard) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<String> document =
        Arbitraries.frequencyOf(
            Tuple.of(5, service()),
            Tuple.of(5, slice()),
            Tuple.of(1, Arbitraries.just("{\"apiVersion\": \"v1\", \"kind\": \"Pod\"}\n")),
            Tuple.of(1, Arbitraries.of("}\n", "{\"kind\": \"Service\"}\n")));
    Arbitrary<String> text =
        document.list().ofMaxSize(5).map(documents -> String.join("", documents));
    Arbitrary<Map<String, String>> texts = Arbitraries.maps(FILE, text).ofMinSize(1).ofMaxSize(2);
    Arbitrary<Boolean> heard = Arbitraries.of(true, true, true, false);
    return Combinators.combine(texts, heard).as(Step::new).list().ofMinSize(1).ofMaxSize(20);
  }

  /** A document on one line, which YAML and JSON read alike. */
  private static Arbitrary<String> service() {
    return Combinators.combine(SERVICE, Arbitraries.integers().between(1, 3))
        .as(
            """
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "%s"}, \
            "spec": {"clusterIP": "10.96.0.%d", "ports": [{"port": 80}]}}
            """
                ::formatted);
  }

  /** Without its label it is left out with a warning. */
  private static Arbitrary<String> slice() {
    return Combinators.combine(
            Arbitraries.of("one", "two"),
            Arbitraries.frequencyOf(
                Tuple.of(6, SERVICE.map("\"kubernetes.io/service-name\": \"%s\""::formatted)),
                Tuple.of(1, Arbitraries.just(""))),
            Arbitraries.integers().between(1, 2))
        .as(
            """
            {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", \
            "metadata": {"name": "%s", "labels": {%s}}, "addressType": "IPv4", \
            "endpoints": [{"addresses": ["10.244.0.%d"]}], \
            "ports": [{"name": "", "port": 8080}]}
            """
                ::formatted);
  }

  @Property(tries = 300)
  void aCatalogThatFollowsChangesIsTheOneMadeFromScratch(@ForAll("steps") List<Step> steps) {
    for (Step step : steps) {
      take(step.texts());
      WholeCatalog whole = new WholeCatalog(files);
      assertThat(catalog.services()).containsExactlyElementsOf(whole.services.values());
      assertThat(catalog.problems()).isEqualTo(whole.problems);
      assertThat(catalog.ignored()).isEqualTo(whole.ignored);
      List<ServiceState> changes = catalog.changes().stream().map(Change::now).toList();
      assertThat(changes).isEqualTo(whole.changesSince(told));
      for (Change change : catalog.changes()) {
        assertThat(change.before()).isEqualTo(told.state(change.now().name()));
      }
      assertThat(catalog.newProblems())
          .containsExactlyInAnyOrderElementsOf(without(whole.problems, told.problems));
      assertThat(catalog.resolvedProblems())
          .containsExactlyInAnyOrderElementsOf(without(told.problems, whole.problems));
      if (step.heard()) {
        catalog.markTold();
        told = whole;
      }
      Statistics.label("objects defined twice")
          .collect(
              whole.problems.stream().anyMatch(problem -> problem.reason().contains("before in")));
    }
  }

  private static Set<SourceProblem> without(Set<SourceProblem> all, Set<SourceProblem> others) {
    Set<SourceProblem> left = new HashSet<>(all);
    left.removeAll(others);
    return left;
  }

  /** As the files of a directory are read: a broken one keeps what it said before in force. */
  private void take(Map<String, String> texts) {
    SortedMap<String, ManifestFile> changed = new TreeMap<>();
    texts.forEach(
        (name, text) -> {
          ManifestFile now = ManifestFile.NONE;
          if (!text.isEmpty()) {
            ManifestFile earlier = files.getOrDefault(name, ManifestFile.NONE);
            now = reader.read(name, separated(name, text).getBytes(UTF_8)).after(earlier);
            files.put(name, now);
          } else {
            files.remove(name);
          }
          changed.put(name, now);
        });
    catalog.update(changed);
  }

  private static String separated(String name, String text) {
    return name.endsWith(".json") ? text : text.replace("\n", "\n---\n");
  }
}
