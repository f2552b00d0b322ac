// SPDX-License-Identifier: Apache-2.0
package dev.sluice.config;

import dev.sluice.config.KubeProxyConfiguration.Origin;
import dev.sluice.config.KubeProxyConfiguration.Value;
import dev.sluice.config.KubeProxySetting.Use;
import dev.sluice.model.WellKnown;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Tells what of kube-proxy's settings has another effect than with kube-proxy, or none. */
final class Notices {
  /** Schedulers that go by the client's or the Service's address. */
  private static final Set<String> BY_ADDRESS = Set.of("sh", "dh", "mh", "lblc", "lblcr");

  private Notices() {}

  static List<String> of(KubeProxyConfiguration configuration) {
    List<String> lines = new ArrayList<>();
    boolean ipvs = configuration.text("mode").equalsIgnoreCase("ipvs");
    for (KubeProxySetting setting : KubeProxySetting.all()) {
      Value value = configuration.value(setting);
      if (setting.field().equals("mode") && ipvs) {
        lines.add(ipvs(configuration.text("ipvs.scheduler")));
      }
      boolean told = ipvs && setting.field().equals("ipvs.scheduler");
      if (setting.use() != Use.HONOURED && !told && says(setting, value)) {
        for (String text : parts(setting, value)) {
          lines.add(
              "%s %s is %s: %s"
                  .formatted(name(setting, value), text, word(setting), setting.words()));
        }
      }
    }
    return lines;
  }

  /** Each gate is a setting of its own. */
  private static List<String> parts(KubeProxySetting setting, Value value) {
    return setting.field().equals("featureGates")
        ? List.of(value.text().split(",", -1))
        : List.of(value.text());
  }

  private static boolean says(KubeProxySetting setting, Value value) {
    return value.origin() != Origin.DEFAULT
        && !value.text().equals(setting.defaultValue())
        && (!setting.hasField() || !setting.kind().isZero(value.text()));
  }

  private static String name(KubeProxySetting setting, Value value) {
    return value.origin() == Origin.FLAG ? setting.flags().getFirst() : setting.name();
  }

  private static String word(KubeProxySetting setting) {
    return switch (setting.use()) {
      case HONOURED -> "honoured";
      case MAPPED -> "mapped";
      case IGNORED -> "ignored";
    };
  }

  private static String ipvs(String scheduler) {
    return "mode ipvs behaves like iptables; scheduler "
        + scheduler
        + (BY_ADDRESS.contains(scheduler)
            ? ": clients outside are spread by a Maglev table, as with mh; for all clients"
                + " annotate Services with "
                + WellKnown.ALGORITHM
                + ": maglev"
            : ": backends have equal chances, as no load is known here");
  }
}
