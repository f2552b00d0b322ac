// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Writes plans as text, for people and for golden files. Equal plans give equal text. */
public final class PlanDump {
  private PlanDump() {}

  /** Several lines, each ended by a newline. */
  public static String dump(ServicePlan plan) {
    StringBuilder text = new StringBuilder();
    text.append("service ").append(plan.name()).append('\n');
    for (String note : plan.notes()) {
      text.append("  note: ").append(note).append('\n');
    }
    if (!plan.closedAddresses().isEmpty()) {
      text.append("  closed ").append(join(plan.closedAddresses())).append('\n');
    }
    plan.healthCheck()
        .ifPresent(
            check ->
                text.append("  health check on port ")
                    .append(check.port())
                    .append(", local endpoints ")
                    .append(check.localEndpoints())
                    .append('\n'));
    if (plan.ports().isEmpty()) {
      text.append("  not served\n");
    }
    plan.ports().forEach(port -> dump(port, text));
    return text.toString();
  }

  private static void dump(PortPlan port, StringBuilder text) {
    PortKey key = port.key();
    text.append("  port '").append(key.portName()).append("' ");
    text.append(key.protocol()).append(' ').append(key.family()).append('\n');
    if (port.affinitySeconds() > 0) {
      text.append("    affinity ").append(port.affinitySeconds()).append(" s\n");
    }
    if (!port.hasEndpoints()) {
      text.append("    no endpoints\n");
    }
    text.append("    serving ").append(backends(port.servingBackends())).append('\n');
    port.frontends().forEach(frontend -> dump(frontend, text));
  }

  private static void dump(Frontend frontend, StringBuilder text) {
    text.append("    ").append(frontend.kind()).append(' ');
    text.append(frontend.address().withPort(frontend.port()));
    for (Frontend.Flag flag : new TreeSet<>(frontend.flags())) {
      text.append(' ').append(flag);
    }
    text.append('\n');
    if (!frontend.sourceRanges().isEmpty()) {
      text.append("      only from ").append(join(frontend.sourceRanges())).append('\n');
    }
    if (frontend.outside().equals(frontend.inside())) {
      text.append("      all ").append(route(frontend.outside())).append('\n');
    } else {
      text.append("      outside ").append(route(frontend.outside())).append('\n');
      text.append("      inside  ").append(route(frontend.inside())).append('\n');
    }
  }

  private static String route(Route route) {
    String why = " (" + route.list() + " list, " + route.reason() + ")";
    return route.backends().isEmpty()
        ? route.whenEmpty() + why
        : route.algorithm() + " " + backends(route.backends()) + why;
  }

  private static String backends(List<Backend> backends) {
    return backends.stream()
        .map(backend -> backend.identity() + (backend.local() ? " (local)" : ""))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String join(List<? extends Record> values) {
    return values.stream().map(Record::toString).collect(Collectors.joining(", "));
  }
}
