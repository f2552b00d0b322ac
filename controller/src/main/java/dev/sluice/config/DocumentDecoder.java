// SPDX-License-Identifier: Apache-2.0
package dev.sluice.config;

import com.fasterxml.jackson.core.JsonToken;
import dev.sluice.config.ConfigurationFile.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Takes the values of a file's documents, and notes what is wrong with each. */
final class DocumentDecoder {
  static final String KUBE_PROXY = "KubeProxyConfiguration";
  static final String KUBE_PROXY_VERSION = "kubeproxy.config.k8s.io/v1alpha1";
  static final String SLUICE = "SluiceConfiguration";
  static final String SLUICE_VERSION = "sluice.dev/v1alpha1";

  private static final Set<String> TYPE = Set.of("apiVersion", "kind");
  private static final Set<String> GROUPS = groups();

  private final String file;
  private final Set<String> sluiceFields;
  private final Map<KubeProxySetting, Value> kubeProxy = new HashMap<>();
  private final Map<String, Value> sluice = new HashMap<>();
  private final Set<String> kinds = new HashSet<>();
  private final List<String> errors = new ArrayList<>();
  private final List<String> strictErrors = new ArrayList<>();

  DocumentDecoder(String file, Collection<String> sluiceFields) {
    this.file = file;
    this.sluiceFields = new TreeSet<>(sluiceFields);
  }

  /** Paths of fields that have fields, such as {@code iptables}. */
  private static Set<String> groups() {
    return KubeProxySetting.fields().stream()
        .map(KubeProxySetting::field)
        .filter(field -> field.contains("."))
        .map(field -> field.substring(0, field.indexOf('.')))
        .collect(Collectors.toSet());
  }

  void decode(YamlValue document) {
    if (!(document instanceof YamlValue.Mapping mapping)) {
      error(document.line(), "not a configuration: apiVersion and kind are missing");
      return;
    }
    String kind = field(mapping, "kind");
    String version = field(mapping, "apiVersion");
    switch (kind) {
      case KUBE_PROXY -> {
        if (acceptable(mapping.line(), kind, version, KUBE_PROXY_VERSION)) {
          decodeKubeProxy(mapping, "");
        }
      }
      case SLUICE -> {
        if (acceptable(mapping.line(), kind, version, SLUICE_VERSION)) {
          decodeSluice(mapping);
        }
      }
      default ->
          error(
              mapping.line(),
              "kind '%s' of apiVersion '%s' is not understood; there are %s of %s and %s of %s"
                  .formatted(
                      kind, version, KUBE_PROXY, KUBE_PROXY_VERSION, SLUICE, SLUICE_VERSION));
    }
  }

  private static String field(YamlValue.Mapping mapping, String name) {
    return mapping.entries().stream()
        .filter(entry -> entry.name().equals(name))
        .map(entry -> entry.value().text())
        .findFirst()
        .orElse("");
  }

  private boolean acceptable(int line, String kind, String version, String supported) {
    if (!version.equals(supported)) {
      error(
          line,
          "apiVersion '%s' of %s is not understood; write it as %s"
              .formatted(version, kind, supported));
      return false;
    }
    if (!kinds.add(kind)) {
      error(line, "a second " + kind + "; a file holds one");
      return false;
    }
    return true;
  }

  private void decodeKubeProxy(YamlValue.Mapping mapping, String group) {
    Map<String, Integer> seen = new HashMap<>();
    for (YamlValue.Entry entry : mapping.entries()) {
      Integer first = seen.putIfAbsent(entry.name(), entry.line());
      String path = group + entry.name();
      if (first != null) {
        strictError(entry.line(), path, "is already in line " + first + "; the last one counts");
      }
      if (group.isEmpty() && TYPE.contains(entry.name())) {
        continue;
      }
      KubeProxySetting.ofField(path)
          .ifPresentOrElse(setting -> take(setting, entry.value()), () -> decodeGroup(path, entry));
    }
  }

  private void decodeGroup(String path, YamlValue.Entry entry) {
    if (!GROUPS.contains(path)) {
      strictError(entry.line(), path, "unknown field; it is ignored");
      return;
    }
    switch (entry.value()) {
      case YamlValue.Mapping fields -> decodeKubeProxy(fields, path + ".");
      case YamlValue.Scalar scalar when scalar.isNull() -> {}
      default -> error(entry.line(), KUBE_PROXY + "." + path + ": must have fields");
    }
  }

  private void take(KubeProxySetting setting, YamlValue value) {
    if (value instanceof YamlValue.Scalar scalar && scalar.isNull()) {
      kubeProxy.remove(setting);
      return;
    }
    if (!hasTypeOf(setting.kind(), value)) {
      error(
          value.line(),
          "%s.%s: '%s' must be %s"
              .formatted(KUBE_PROXY, setting.field(), value.text(), setting.kind().words()));
      return;
    }
    String text = setting.kind().canonical(value.text());
    if (setting.zeroIsDefault() && setting.kind().isZero(text)) {
      kubeProxy.remove(setting);
    } else {
      kubeProxy.put(setting, new Value(text, file + ":" + value.line()));
    }
  }

  /** As Go's decoder has it: text is never read as a number, nor a number as text. */
  private static boolean hasTypeOf(ValueKind kind, YamlValue value) {
    return switch (kind) {
      case BOOLEAN, INTEGER, NUMBER ->
          value instanceof YamlValue.Scalar scalar
              && scalar.token() != JsonToken.VALUE_STRING
              && kind.accepts(scalar.text());
      case DURATION -> isText(value) && kind.accepts(value.text());
      case TEXT -> isText(value);
      case LIST ->
          value instanceof YamlValue.Sequence sequence
              && sequence.values().stream().allMatch(DocumentDecoder::isText);
      case ANY -> true;
    };
  }

  private static boolean isText(YamlValue value) {
    return value instanceof YamlValue.Scalar scalar && scalar.token() == JsonToken.VALUE_STRING;
  }

  /** Nobody has old files of this kind, and a misspelt field would be a setting that is missing. */
  private void decodeSluice(YamlValue.Mapping mapping) {
    Map<String, Integer> seen = new LinkedHashMap<>();
    for (YamlValue.Entry entry : mapping.entries()) {
      String name = entry.name();
      Integer first = seen.putIfAbsent(name, entry.line());
      if (first != null) {
        error(entry.line(), SLUICE + "." + name + ": is already in line " + first);
      } else if (!TYPE.contains(name) && !sluiceFields.contains(name)) {
        error(
            entry.line(),
            "%s.%s: unknown field; there are %s"
                .formatted(SLUICE, name, String.join(", ", sluiceFields)));
      } else if (!TYPE.contains(name)) {
        takeSluice(name, entry.value());
      }
    }
  }

  private void takeSluice(String name, YamlValue value) {
    switch (value) {
      case YamlValue.Mapping _ ->
          error(value.line(), SLUICE + "." + name + ": must be a value or a list");
      case YamlValue.Scalar scalar when scalar.isNull() -> {}
      case YamlValue.Scalar _, YamlValue.Sequence _ ->
          sluice.put(name, new Value(value.text(), file + ":" + value.line()));
    }
  }

  private void error(int line, String message) {
    errors.add(file + ":" + line + ": " + message);
  }

  private void strictError(int line, String path, String message) {
    strictErrors.add("%s:%d: %s.%s: %s".formatted(file, line, KUBE_PROXY, path, message));
  }

  ConfigurationFile result() {
    if (kinds.isEmpty() && errors.isEmpty()) {
      errors.add(file + ": holds no configuration");
    }
    return new ConfigurationFile(kubeProxy, sluice, errors, strictErrors);
  }
}
