// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.deploy.Overlay;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The manifests grant what the source asks for, and no more. */
class ClusterRoleTest {
  @Test
  void theRoleGrantsWhatIsWatchedAndEvents() {
    Set<String> needed = new TreeSet<>();
    for (Resource resource : Resource.values()) {
      needed.add("list " + resource);
      needed.add("watch " + resource);
    }
    needed.add("create events.events.k8s.io");
    assertThat(granted()).isEqualTo(needed);
  }

  private static Set<String> granted() {
    Set<String> granted = new TreeSet<>();
    JsonNode rules =
        Overlay.named("base").stream()
            .filter(object -> object.get("kind").asText().equals("ClusterRole"))
            .findFirst()
            .orElseThrow()
            .get("rules");
    for (JsonNode rule : rules) {
      for (JsonNode verb : rule.get("verbs")) {
        for (JsonNode resource : rule.get("resources")) {
          for (JsonNode group : rule.get("apiGroups")) {
            String suffix = group.asText().isEmpty() ? "" : "." + group.asText();
            granted.add(verb.asText() + " " + resource.asText() + suffix);
          }
        }
      }
    }
    return granted;
  }
}
