// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Collects {@code ip} commands and sysctls per namespace and runs them by one shell, with one
 * {@code ip -batch} for each run of commands in the same namespace: a whole lab takes some 20
 * processes. Devices are only ever created inside the lab's namespaces.
 */
final class NetworkScript {
  /** What ip and the script below print about a failure. */
  private static final Pattern FAILED = Pattern.compile("failed -:(\\d+)\\s+in section (\\d+)");

  private static final String PREFIX = "sluice-";

  private final List<Section> sections = new ArrayList<>();

  private enum Kind {
    NAMESPACES,
    SYSCTL,
    IP,
    BRIDGE
  }

  private record Section(Kind kind, String namespace, List<String> lines) {}

  NetworkScript addNamespace(String namespace) {
    return add(Kind.NAMESPACES, "", "netns add " + namespace);
  }

  NetworkScript deleteNamespace(String namespace) {
    return add(Kind.NAMESPACES, "", "netns del " + namespace);
  }

  /** One {@code ip} command in {@code namespace}, without the leading {@code ip}. */
  NetworkScript ip(String namespace, String command) {
    return add(Kind.IP, namespace, command);
  }

  /** One {@code bridge} command in {@code namespace}, without the leading {@code bridge}. */
  NetworkScript bridge(String namespace, String command) {
    return add(Kind.BRIDGE, namespace, command);
  }

  NetworkScript sysctl(String namespace, String key, String value) {
    return add(
        Kind.SYSCTL, namespace, "echo '%s' >/proc/sys/%s".formatted(value, key.replace('.', '/')));
  }

  NetworkScript sysctls(String namespace, Map<String, String> values) {
    values.forEach((key, value) -> sysctl(namespace, key, value));
    return this;
  }

  /** Runs everything in order; the first failing command ends it, and the exception names it. */
  void run() {
    if (sections.isEmpty()) {
      return;
    }
    try {
      Shell.script(toString());
    } catch (LabException failure) {
      throw new LabException(failure.getMessage() + failedCommand(failure.getMessage()), failure);
    }
  }

  private String failedCommand(String errors) {
    Matcher place = FAILED.matcher(errors);
    if (!place.find()) {
      return "";
    }
    Section section = sections.get(Integer.parseInt(place.group(2)));
    String line = section.lines.get(Integer.parseInt(place.group(1)) - 1);
    return "\nin %s: %s".formatted(section.namespace, line);
  }

  private NetworkScript add(Kind kind, String namespace, String line) {
    if (kind != Kind.NAMESPACES && !namespace.startsWith(PREFIX)) {
      throw new IllegalArgumentException("not a namespace of a lab: " + namespace);
    }
    Section last = sections.isEmpty() ? null : sections.getLast();
    if (last == null || last.kind != kind || !last.namespace.equals(namespace)) {
      last = new Section(kind, namespace, new ArrayList<>());
      sections.add(last);
    }
    last.lines.add(line);
    return this;
  }

  @Override
  public String toString() {
    StringBuilder script = new StringBuilder();
    for (int i = 0; i < sections.size(); i++) {
      Section section = sections.get(i);
      script
          .append(command(section))
          .append(" <<'END' || { echo 'in section %d' >&2; exit 1; }\n".formatted(i))
          .append(body(section))
          .append("END\n");
    }
    return script.toString();
  }

  private static String command(Section section) {
    return switch (section.kind) {
      case NAMESPACES -> "ip -batch -";
      case SYSCTL -> "nsenter --net=/run/netns/" + section.namespace + " sh -e -s";
      case IP -> "ip -n " + section.namespace + " -batch -";
      case BRIDGE -> "bridge -n " + section.namespace + " -batch -";
    };
  }

  private static String body(Section section) {
    return section.lines.stream().map(line -> line + "\n").collect(Collectors.joining());
  }
}
