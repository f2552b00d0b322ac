// SPDX-License-Identifier: Apache-2.0
package dev.sluice.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Resolves a directory for kustomize as far as ours go: resources and patches. What is generated
 * from files, and the names of images, stays as it is.
 */
public final class Overlay {
  private Overlay() {}

  /** The directory {@code deploy} of this checkout. */
  public static Path deploy() {
    return Path.of("..", "deploy").toAbsolutePath().normalize();
  }

  /** The objects of {@code deploy/kustomize/NAME}. */
  public static List<ObjectNode> named(String name) {
    return resolve(deploy().resolve("kustomize").resolve(name));
  }

  private static List<ObjectNode> resolve(Path directory) {
    ObjectNode kustomization =
        Yaml.documents(Yaml.text(directory.resolve("kustomization.yaml"))).getFirst();
    List<ObjectNode> objects = new ArrayList<>();
    for (JsonNode resource : kustomization.path("resources")) {
      Path path = directory.resolve(resource.asText());
      objects.addAll(
          Files.isDirectory(path) ? resolve(path.normalize()) : Yaml.documents(Yaml.text(path)));
    }
    for (JsonNode patch : kustomization.path("patches")) {
      Path file = directory.resolve(patch.get("path").asText());
      Yaml.documents(Yaml.text(file)).forEach(document -> patch(objects, document));
    }
    return objects;
  }

  private static void patch(List<ObjectNode> objects, ObjectNode patch) {
    ObjectNode target =
        objects.stream()
            .filter(object -> identity(object).equals(identity(patch)))
            .findFirst()
            .orElseThrow(() -> new AssertionError("nothing to patch: " + identity(patch)));
    Yaml.patch(target, patch);
  }

  static String identity(ObjectNode object) {
    return object.get("kind").asText() + "/" + object.at("/metadata/name").asText();
  }
}
