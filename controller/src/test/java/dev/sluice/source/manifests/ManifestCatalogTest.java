// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.manifests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.model.ServiceName;
import dev.sluice.model.ServiceState;
import dev.sluice.source.manifests.DirectoryWatch.Changes;
import dev.sluice.source.manifests.ManifestCatalog.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is remembered of objects, and for how long. */
class ManifestCatalogTest {
  private static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {clusterIP: 10.96.0.1, ports: [{port: 80}]}
      """;
  private static final String SLICE =
      """
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: web-1, labels: {kubernetes.io/service-name: web}}
      addressType: IPv4
      endpoints: [{addresses: [10.244.0.1]}]
      ports: [{name: "", port: 8080, protocol: TCP}]
      """;
  private static final ServiceName WEB = new ServiceName("default", "web");

  private static final Changes EVERYTHING = new Changes(true, Set.of());

  private final ManifestReader reader = new ManifestReader();
  private final ManifestCatalog catalog = new ManifestCatalog();

  @TempDir Path directory;

  /** Takes the text of a file, or its deletion if that is empty, and tells what changed. */
  private List<ServiceState> take(String name, String text) {
    ManifestFile now = text.isEmpty() ? ManifestFile.NONE : reader.read(name, text.getBytes(UTF_8));
    catalog.update(new TreeMap<>(Map.of(name, now)));
    return told();
  }

  private static Changes touched(String name) {
    return new Changes(false, Set.of(name));
  }

  private List<ServiceState> told() {
    List<ServiceState> changes = catalog.changes().stream().map(Change::now).toList();
    catalog.markTold();
    return changes;
  }

  @Test
  @ShowsRules(13)
  void ofANameWhoseLastSliceGoesAfterItsServiceNothingIsRemembered() {
    take("service.yaml", SERVICE);
    take("slice.yaml", SLICE);

    assertThat(take("service.yaml", "")).singleElement().satisfies(this::isWebWithoutService);
    assertThat(catalog.services()).singleElement().satisfies(this::isWebWithoutService);
    assertThat(take("slice.yaml", ""))
        .containsExactly(new ServiceState(WEB, Optional.empty(), List.of()));
    assertThat(catalog.services()).isEmpty();
    assertThat(told()).isEmpty();
  }

  private void isWebWithoutService(ServiceState state) {
    assertThat(state.name()).isEqualTo(WEB);
    assertThat(state.service()).isEmpty();
    assertThat(state.slices()).hasSize(1);
  }

  @Test
  @ShowsRules(13)
  void ofADeletedFileNothingIsRemembered() throws IOException {
    Path file = Files.writeString(directory.resolve("slice.yaml"), SLICE);
    DirectoryFiles files = new DirectoryFiles(directory);
    assertThat(files.update(EVERYTHING)).containsOnlyKeys("slice.yaml");

    Files.delete(file);

    assertThat(files.update(touched("slice.yaml")))
        .isEqualTo(Map.of("slice.yaml", ManifestFile.NONE));
    assertThat(files.update(EVERYTHING)).isEmpty();
  }

  /** It came and went between two looks at the directory. */
  @Test
  @ShowsRules(38)
  void theDeletionOfASliceThatWasNeverSeenIsNoChange() throws IOException {
    Files.writeString(directory.resolve("service.yaml"), SERVICE);
    DirectoryFiles files = new DirectoryFiles(directory);
    catalog.update(files.update(EVERYTHING));
    assertThat(told()).extracting(ServiceState::name).containsExactly(WEB);
    Path slice = Files.writeString(directory.resolve("slice.yaml"), SLICE);
    Files.delete(slice);

    catalog.update(files.update(touched("slice.yaml")));

    assertThat(told()).isEmpty();
    assertThat(catalog.problems()).isEmpty();
  }

  @Test
  void aDefinitionHiddenByAnotherFilesComesIntoForceWhenThatGoes() {
    String other = SERVICE.replace("10.96.0.1", "10.96.0.2");
    take("b.yaml", other);
    assertThat(clusterIps(take("a.yaml", SERVICE))).containsExactly("10.96.0.1");
    assertThat(catalog.problems())
        .singleElement()
        .hasToString(
            "b.yaml, document 1, Service default/web: defined before in a.yaml, which wins;"
                + " remove one of the two");

    assertThat(clusterIps(take("a.yaml", ""))).containsExactly("10.96.0.2");
    assertThat(catalog.problems()).isEmpty();
  }

  private static List<String> clusterIps(List<ServiceState> states) {
    return states.stream().map(state -> state.service().orElseThrow().clusterIp()).toList();
  }

  /** A count, so that it holds on every machine: the time of a change must not grow with files. */
  @ParameterizedTest
  @ValueSource(ints = {1, 100, 10_000})
  void aChangedFileCostsALookAtItsOwnObjectsHoweverManyOthersThereAre(int others) {
    for (int other = 0; other < others; other++) {
      take("other-%d.yaml".formatted(other), SERVICE.replace("name: web", "name: other-" + other));
    }
    take("web.yaml", SERVICE + "---\n" + SLICE);
    List<ServiceState> before = catalog.services();
    ManifestFile changed =
        reader.read(
            "web.yaml",
            (SERVICE + "---\n" + SLICE.replace("10.244.0.1", "10.244.0.2")).getBytes(UTF_8));

    int looked = catalog.update(new TreeMap<>(Map.of("web.yaml", changed)));

    assertThat(looked).as("two it had and two it has").isEqualTo(4);
    assertThat(told()).extracting(ServiceState::name).containsExactly(WEB);
    assertThat(catalog.services())
        .as("states of the others, the very same objects")
        .usingElementComparator((one, other) -> one == other ? 0 : 1)
        .containsAll(before.subList(0, others));
  }
}
