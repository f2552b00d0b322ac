// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.cli.EffectiveConfiguration.Setting;
import dev.sluice.config.KubeProxySetting;
import dev.sluice.config.ValueKind;
import java.util.List;
import java.util.regex.Pattern;

/** Writes a configuration as a file that {@code --config} reads. */
final class ConfigurationText {
  private static final Pattern WHOLE_NUMBER = Pattern.compile("[1-9]\\d{0,17}|0");

  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .build();

  private ConfigurationText() {}

  /** Both documents, with all values that are in force. */
  static String of(EffectiveConfiguration configuration) {
    try {
      return YAML.writeValueAsString(kubeProxy(configuration))
          + YAML.writeValueAsString(sluice(configuration));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Both documents as {@code /configz} shows them, by the groups that they belong to. */
  static String json(EffectiveConfiguration configuration) {
    ObjectNode groups = JsonNodeFactory.instance.objectNode();
    groups.set("kubeproxy.config.k8s.io", kubeProxy(configuration));
    groups.set("sluice.dev", sluice(configuration));
    return groups.toString();
  }

  private static ObjectNode kubeProxy(EffectiveConfiguration configuration) {
    return document(
        configuration, EffectiveConfiguration.KUBE_PROXY, "kubeproxy.config.k8s.io/v1alpha1");
  }

  private static ObjectNode sluice(EffectiveConfiguration configuration) {
    return document(configuration, EffectiveConfiguration.SLUICE, "sluice.dev/v1alpha1");
  }

  private static ObjectNode document(
      EffectiveConfiguration configuration, String kind, String apiVersion) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("apiVersion", apiVersion);
    document.put("kind", kind);
    for (Setting setting : configuration.settings()) {
      if (setting.configuration().equals(kind) && !setting.value().isEmpty()) {
        KubeProxySetting.ofField(setting.field())
            .filter(_ -> kind.equals(EffectiveConfiguration.KUBE_PROXY))
            .ifPresentOrElse(
                field -> put(document, setting, field.kind()), () -> put(document, setting));
      }
    }
    return document;
  }

  /** As what it looks like: a field of Sluice's own is read by its text. */
  private static void put(ObjectNode document, Setting setting) {
    String value = setting.value();
    if (WHOLE_NUMBER.matcher(value).matches()) {
      document.put(setting.field(), Long.parseLong(value));
    } else if (value.equals("true") || value.equals("false")) {
      document.put(setting.field(), Boolean.parseBoolean(value));
    } else {
      document.put(setting.field(), value);
    }
  }

  private static void put(ObjectNode document, Setting setting, ValueKind kind) {
    String[] path = setting.field().split("\\.", -1);
    ObjectNode parent = path.length == 1 ? document : document.withObjectProperty(path[0]);
    String name = path[path.length - 1];
    switch (kind) {
      case BOOLEAN -> parent.put(name, Boolean.parseBoolean(setting.value()));
      case INTEGER -> parent.put(name, Integer.parseInt(setting.value()));
      case NUMBER -> parent.put(name, Double.parseDouble(setting.value()));
      case LIST -> {
        ArrayNode list = parent.putArray(name);
        List.of(setting.value().split(",", -1)).forEach(list::add);
      }
      case ANY -> putAny(parent, name, setting.value());
      case DURATION, TEXT -> parent.put(name, setting.value());
    }
  }

  /** Of what is not looked into, just feature gates have a form of their own. */
  private static void putAny(ObjectNode parent, String name, String value) {
    if (!name.equals("featureGates")) {
      return;
    }
    ObjectNode gates = parent.putObject(name);
    for (String gate : value.split(",", -1)) {
      String[] sides = gate.split("=", 2);
      gates.put(sides[0], sides.length < 2 || Boolean.parseBoolean(sides[1]));
    }
  }
}
