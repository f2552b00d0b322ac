// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.manifests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.model.ServiceName;
import dev.sluice.model.ServiceState;
import dev.sluice.source.manifests.DirectoryWatch.Changes;
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

  private final ManifestReader reader = new ManifestReader();

  @TempDir Path directory;

  private ManifestCatalog catalog(Map<String, String> files) {
    TreeMap<String, ManifestFile> read = new TreeMap<>();
    files.forEach((name, text) -> read.put(name, reader.read(name, text.getBytes(UTF_8))));
    return ManifestCatalog.of(read, Optional.empty());
  }

  private static List<ServiceState> gone() {
    return List.of(new ServiceState(WEB, Optional.empty(), List.of()));
  }

  @Test
  @ShowsRules(13)
  void ofANameWhoseLastSliceGoesAfterItsServiceNothingIsRemembered() {
    ManifestCatalog both = catalog(Map.of("service.yaml", SERVICE, "slice.yaml", SLICE));
    ManifestCatalog slice = catalog(Map.of("slice.yaml", SLICE));
    ManifestCatalog nothing = catalog(Map.of());

    assertThat(slice.changesSince(both)).singleElement().satisfies(this::isWebWithoutService);
    assertThat(slice.services()).containsOnlyKeys(WEB);
    assertThat(nothing.changesSince(slice)).isEqualTo(gone());
    assertThat(nothing.services()).isEmpty();
    assertThat(catalog(Map.of()).changesSince(nothing)).isEmpty();
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
    files.update(new Changes(true, Set.of()));
    assertThat(files.contents()).containsOnlyKeys("slice.yaml");

    Files.delete(file);
    files.update(new Changes(false, Set.of("slice.yaml")));

    assertThat(files.contents()).isEmpty();
  }

  /** It came and went between two looks at the directory. */
  @Test
  @ShowsRules(38)
  void theDeletionOfASliceThatWasNeverSeenIsNoChange() throws IOException {
    Files.writeString(directory.resolve("service.yaml"), SERVICE);
    DirectoryFiles files = new DirectoryFiles(directory);
    files.update(new Changes(true, Set.of()));
    ManifestCatalog before = ManifestCatalog.of(files.contents(), Optional.empty());
    Path slice = Files.writeString(directory.resolve("slice.yaml"), SLICE);
    Files.delete(slice);

    files.update(new Changes(false, Set.of("slice.yaml")));
    ManifestCatalog after = ManifestCatalog.of(files.contents(), Optional.empty());

    assertThat(before.services()).containsOnlyKeys(WEB);
    assertThat(after.changesSince(before)).isEmpty();
    assertThat(after.problems()).isEmpty();
  }
}
