// SPDX-License-Identifier: Apache-2.0
package dev.sluice.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The file of {@code --config}: a KubeProxyConfiguration, a SluiceConfiguration or both, each in a
 * YAML document of its own. Mistakes are gathered, so that all of them can be told at once.
 */
public final class ConfigurationFile {
  /** No file. */
  public static final ConfigurationFile NONE =
      new ConfigurationFile(Map.of(), Map.of(), List.of(), List.of());

  private final Map<KubeProxySetting, Value> kubeProxy;
  private final Map<String, Value> sluice;
  private final List<String> errors;
  private final List<String> strictErrors;

  /**
   * A value that the file holds.
   *
   * @param text as on a command line
   * @param place file and line, for messages
   */
  public record Value(String text, String place) {}

  ConfigurationFile(
      Map<KubeProxySetting, Value> kubeProxy,
      Map<String, Value> sluice,
      List<String> errors,
      List<String> strictErrors) {
    this.kubeProxy = Map.copyOf(kubeProxy);
    this.sluice = Map.copyOf(sluice);
    this.errors = List.copyOf(errors);
    this.strictErrors = List.copyOf(strictErrors);
  }

  /**
   * Reads a file.
   *
   * @param sluiceFields the fields of a SluiceConfiguration
   * @throws ConfigException if it cannot be read or is not YAML
   */
  public static ConfigurationFile read(Path file, Collection<String> sluiceFields) {
    String content;
    try {
      content = Files.readString(file);
    } catch (IOException e) {
      throw new ConfigException("cannot read " + file + ": " + e, e);
    }
    String name = file.toString();
    DocumentDecoder decoder = new DocumentDecoder(name, sluiceFields);
    YamlReader.read(name, content).forEach(decoder::decode);
    return decoder.result();
  }

  /** The file's value of a field of kube-proxy. */
  public Optional<Value> value(KubeProxySetting setting) {
    return Optional.ofNullable(kubeProxy.get(setting));
  }

  /** The values of KubeProxyConfiguration. */
  public Map<KubeProxySetting, Value> kubeProxy() {
    return kubeProxy;
  }

  /** The values of SluiceConfiguration, by field. */
  public Map<String, Value> sluice() {
    return sluice;
  }

  /** Why the file cannot be used; empty if it can. */
  public List<String> errors() {
    return errors;
  }

  /**
   * Fields of KubeProxyConfiguration that are unknown or there twice. kube-proxy loads such a file
   * all the same (rule 240): of two values the last one counts.
   */
  public List<String> strictErrors() {
    return strictErrors;
  }
}
