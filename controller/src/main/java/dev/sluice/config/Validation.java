// SPDX-License-Identifier: Apache-2.0
package dev.sluice.config;

import dev.sluice.config.KubeProxyConfiguration.Origin;
import dev.sluice.config.KubeProxyConfiguration.Value;
import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** kube-proxy's checks of its configuration (rule 241); they find all mistakes, not just one. */
final class Validation {
  private static final Set<String> MODES = Set.of("iptables", "ipvs", "nftables");
  private static final Set<String> DETECT_LOCAL_MODES =
      Set.of("ClusterCIDR", "NodeCIDR", "BridgeInterface", "InterfaceNamePrefix");
  private static final Set<String> SCHEDULERS =
      Set.of("rr", "wrr", "lc", "wlc", "lblc", "lblcr", "sh", "dh", "sed", "nq", "mh");
  private static final Set<String> NODE_PORT_WORDS = Set.of("primary", "localhost", "all");
  private static final Pattern PORT_RANGE = Pattern.compile("\\d{1,5}([-+]\\d{1,5})?");
  private static final int HIGHEST_PORT = 65535;

  private final KubeProxyConfiguration configuration;
  private final List<String> errors = new ArrayList<>();

  Validation(KubeProxyConfiguration configuration) {
    this.configuration = configuration;
  }

  List<String> errors() {
    KubeProxySetting.all().stream()
        .filter(setting -> configuration.value(setting).origin() != Origin.DEFAULT)
        .forEach(
            setting ->
                setting
                    .kind()
                    .problem(configuration.value(setting).text())
                    .ifPresent(problem -> add(setting, problem)));
    if (errors.isEmpty()) {
      // All can be read as what they are: now what they mean.
      checkMode();
      checkNumbers();
      checkAddresses();
      checkDetector();
    }
    return errors;
  }

  private void checkMode() {
    String mode = configuration.text("mode");
    oneOf("mode", MODES);
    checkPeriods("iptables");
    switch (mode) {
      case "ipvs" -> {
        checkPeriods("ipvs");
        notNegative("ipvs.tcpTimeout");
        notNegative("ipvs.tcpFinTimeout");
        notNegative("ipvs.udpTimeout");
        oneOf("ipvs.scheduler", SCHEDULERS);
        configuration.list("ipvs.excludeCIDRs").forEach(cidr -> cidr("ipvs.excludeCIDRs", cidr));
      }
      case "nftables" -> {
        checkPeriods("nftables");
        within("nftables.masqueradeBit", 0, 31);
      }
      default -> {}
    }
  }

  private void checkPeriods(String group) {
    String period = group + ".syncPeriod";
    String least = group + ".minSyncPeriod";
    positive(period);
    notNegative(least);
    if (configuration.duration(least).compareTo(configuration.duration(period)) > 0) {
      add(period, "is shorter than " + least);
    }
  }

  private void checkNumbers() {
    within("iptables.masqueradeBit", 0, 31);
    within("oomScoreAdj", -1000, 1000);
    within("clientConnection.burst", 0, Integer.MAX_VALUE);
    within("conntrack.maxPerCore", 0, Integer.MAX_VALUE);
    within("conntrack.min", 0, Integer.MAX_VALUE);
    notNegative("conntrack.tcpEstablishedTimeout");
    notNegative("conntrack.tcpCloseWaitTimeout");
    notNegative("conntrack.udpTimeout");
    notNegative("conntrack.udpStreamTimeout");
    positive("configSyncPeriod");
    oneOf("logging.format", Set.of("text", "json"));
    String ports = configuration.text("portRange");
    if (!ports.isEmpty() && !PORT_RANGE.matcher(ports).matches()) {
      add("portRange", "'%s' is not a range of ports such as 300-2000".formatted(ports));
    }
  }

  private void checkAddresses() {
    String bind = configuration.text("bindAddress");
    if (!isAddress(bind)) {
      add("bindAddress", "'%s' is not an IP address".formatted(bind));
    }
    checkEndpoint("healthzBindAddress");
    checkEndpoint("metricsBindAddress");
    List<String> cluster =
        Stream.of(configuration.text("clusterCIDR").split(",", -1)).map(String::strip).toList();
    if (!configuration.text("clusterCIDR").isEmpty()) {
      cluster.forEach(cidr -> cidr("clusterCIDR", cidr));
    }
    if (cluster.size() > 1 && !isPair(cluster)) {
      add(
          "clusterCIDR",
          "'%s' is not one CIDR, or one of each family".formatted(String.join(",", cluster)));
    }
    configuration.list("nodePortAddresses").stream()
        .filter(text -> !NODE_PORT_WORDS.contains(text))
        .filter(text -> !isCidr(text))
        .forEach(
            text ->
                add(
                    "nodePortAddresses",
                    "'%s' is neither a CIDR nor primary, localhost or all".formatted(text)));
  }

  /** Only a flag can switch one off (rule 205). */
  private void checkEndpoint(String field) {
    String text = configuration.text(field);
    int colon = text.lastIndexOf(':');
    if (text.isEmpty() && configuration.value(field).origin() == Origin.FLAG) {
      return;
    }
    if (colon < 0
        || !isAddress(text.substring(0, colon).replaceAll("^\\[(.*)]$", "$1"))
        || !isPort(text.substring(colon + 1))) {
      add(field, "'%s' is not an IP address and port 1-65535".formatted(text));
    }
  }

  private static boolean isPort(String text) {
    return text.matches("\\d{1,5}")
        && Integer.parseInt(text) >= 1
        && Integer.parseInt(text) <= HIGHEST_PORT;
  }

  private static boolean isPair(List<String> cidrs) {
    return cidrs.size() == 2
        && cidrs.stream().allMatch(Validation::isCidr)
        && Cidr.parse(cidrs.getFirst()).family() != Cidr.parse(cidrs.getLast()).family();
  }

  private void checkDetector() {
    oneOf("detectLocalMode", DETECT_LOCAL_MODES);
    switch (configuration.text("detectLocalMode")) {
      case "BridgeInterface" -> notEmpty("detectLocal.bridgeInterface");
      case "InterfaceNamePrefix" -> notEmpty("detectLocal.interfaceNamePrefix");
      default -> {}
    }
  }

  private void notEmpty(String field) {
    if (configuration.text(field).isEmpty()) {
      add(field, "must not be empty with detectLocalMode " + configuration.text("detectLocalMode"));
    }
  }

  private void within(String field, int least, int most) {
    int value = configuration.integer(field);
    if (value < least || value > most) {
      add(
          field,
          most == Integer.MAX_VALUE
              ? value + " is less than " + least
              : value + " is not within " + least + " to " + most);
    }
  }

  private void notNegative(String field) {
    if (configuration.duration(field).isNegative()) {
      add(field, configuration.text(field) + " is negative");
    }
  }

  private void positive(String field) {
    if (configuration.duration(field).compareTo(Duration.ZERO) <= 0) {
      add(field, configuration.text(field) + " is not more than 0");
    }
  }

  private void oneOf(String field, Set<String> words) {
    String text = configuration.text(field);
    if (words.stream().noneMatch(text::equalsIgnoreCase)) {
      add(field, "'%s' is none of %s".formatted(text, words.stream().sorted().toList()));
    }
  }

  private void cidr(String field, String text) {
    if (!isCidr(text)) {
      add(field, "'%s' is not a CIDR".formatted(text));
    }
  }

  private static boolean isCidr(String text) {
    try {
      Cidr _ = Cidr.parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isAddress(String text) {
    try {
      IpAddress _ = IpAddress.parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void add(String field, String problem) {
    add(KubeProxySetting.ofField(field).orElseThrow(), problem);
  }

  private void add(KubeProxySetting setting, String problem) {
    Value value = configuration.value(setting);
    String place = value.place().isEmpty() ? "" : value.place() + ": ";
    errors.add(
        place
            + (setting.hasField() ? DocumentDecoder.KUBE_PROXY + "." : "")
            + setting.name()
            + ": "
            + problem);
  }
}
