// SPDX-License-Identifier: Apache-2.0
package dev.sluice.config;

import dev.sluice.model.IpAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The values of kube-proxy's settings that are in force: of flags first, then of a file, else the
 * defaults (rules 228-238).
 */
public final class KubeProxyConfiguration {
  /** Where a value comes from. */
  public enum Origin {
    DEFAULT,
    FILE,
    FLAG
  }

  /**
   * A value.
   *
   * @param text as on a command line
   * @param place file and line, or the flag; empty for a default
   */
  public record Value(String text, Origin origin, String place) {}

  private static final int HEALTH_PORT = 10256;
  private static final int METRICS_PORT = 10249;

  private final Map<KubeProxySetting, Value> values;

  private KubeProxyConfiguration(Map<KubeProxySetting, Value> values) {
    this.values = values;
  }

  /** What kube-proxy does without file and flags. */
  public static KubeProxyConfiguration defaults() {
    return of(ConfigurationFile.NONE, Map.of());
  }

  /**
   * Puts the values together.
   *
   * @param flags the text of each flag that was given
   */
  public static KubeProxyConfiguration of(
      ConfigurationFile file, Map<KubeProxySetting, String> flags) {
    boolean ipv6 =
        chosen(setting("bindAddress"), file, flags).text().contains(":"); // decides two defaults
    return new KubeProxyConfiguration(
        KubeProxySetting.all().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    Function.identity(),
                    setting -> completed(setting, chosen(setting, file, flags), ipv6))));
  }

  private static Value chosen(
      KubeProxySetting setting, ConfigurationFile file, Map<KubeProxySetting, String> flags) {
    if (flags.containsKey(setting) && !standsForDefault(setting, flags.get(setting))) {
      return new Value(
          setting.kind().canonical(flags.get(setting)), Origin.FLAG, setting.flags().getFirst());
    }
    return file.value(setting)
        .map(value -> new Value(value.text(), Origin.FILE, value.place()))
        .orElseGet(() -> new Value(setting.defaultValue(), Origin.DEFAULT, ""));
  }

  /** An empty flag does, but for that of an address, which switches the server off (rule 205). */
  private static boolean standsForDefault(KubeProxySetting setting, String flag) {
    return flag.isEmpty()
        && setting.zeroIsDefault()
        && !setting.field().endsWith("zBindAddress")
        && !setting.field().endsWith("sBindAddress");
  }

  private static Value completed(KubeProxySetting setting, Value value, boolean ipv6) {
    return switch (setting.field()) {
      case "healthzBindAddress" -> address(value, ipv6 ? "[::]" : "0.0.0.0", HEALTH_PORT);
      case "metricsBindAddress" -> address(value, ipv6 ? "[::1]" : "127.0.0.1", METRICS_PORT);
      default -> value;
    };
  }

  /** An address without a port gets the usual one (rule 205). An empty one is no address. */
  private static Value address(Value value, String usualAddress, int usualPort) {
    String text = value.text();
    if (value.origin() == Origin.DEFAULT) {
      text = usualAddress + ":" + usualPort;
    } else if (isAddress(text)) {
      text = IpAddress.parse(text).withPort(usualPort);
    }
    return new Value(text, value.origin(), value.place());
  }

  private static boolean isAddress(String text) {
    try {
      IpAddress _ = IpAddress.parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static KubeProxySetting setting(String field) {
    return KubeProxySetting.ofField(field)
        .orElseThrow(() -> new IllegalArgumentException("there is no field " + field));
  }

  public Value value(KubeProxySetting setting) {
    return values.get(setting);
  }

  /** The value of a field that is known to exist. */
  public Value value(String field) {
    return values.get(setting(field));
  }

  public String text(String field) {
    return value(field).text();
  }

  public int integer(String field) {
    return Integer.parseInt(text(field));
  }

  public boolean truth(String field) {
    return Boolean.parseBoolean(text(field));
  }

  public Duration duration(String field) {
    return GoDuration.parse(text(field));
  }

  public List<String> list(String field) {
    return text(field).isEmpty() ? List.of() : Arrays.asList(text(field).split(",", -1));
  }

  /** Whether the field has the default value, whoever says so. */
  public boolean isDefault(String field) {
    return text(field).equals(setting(field).defaultValue());
  }

  /** The node's address that {@code bindAddress} names (rule 201). */
  public Optional<IpAddress> bindAddress() {
    return Optional.of(IpAddress.parse(text("bindAddress")))
        .filter(address -> !address.isUnspecified());
  }

  /** Every mistake, a line each, with the path of its field (rule 241). */
  public List<String> errors() {
    return new Validation(this).errors();
  }

  /** What is mapped and what is ignored, a line each. */
  public List<String> notices() {
    return Notices.of(this);
  }
}
