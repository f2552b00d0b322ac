// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.server.BindAddress;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where the agent answers health checks and scrapes, by kube-proxy's names. */
final class ServerOptions {
  private static final int HEALTHZ_PORT = 10256;
  private static final int METRICS_PORT = 10249;

  @Option(
      names = "--bind-address",
      paramLabel = "IP",
      defaultValue = "",
      description =
          "as in kube-proxy: unless it is 0.0.0.0 or ::, the node's address; its family is that of"
              + " the default addresses for health checks and metrics")
  private String bindAddress;

  @Option(
      names = "--healthz-bind-address",
      paramLabel = "IP:PORT",
      description =
          "where /healthz and /livez are answered; '' for nowhere (default: 0.0.0.0:10256, or"
              + " [::]:10256 with an IPv6 --bind-address)")
  private String healthz;

  @Option(
      names = "--healthz-port",
      paramLabel = "PORT",
      description = "the port of --healthz-bind-address where that names none; 0 for nowhere")
  private Integer healthzPort;

  @Option(
      names = "--metrics-bind-address",
      paramLabel = "IP:PORT",
      description =
          "where /metrics, /healthz, /proxyMode and /configz are answered; '' for nowhere (default:"
              + " 127.0.0.1:10249, or [::1]:10249 with an IPv6 --bind-address)")
  private String metrics;

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description = "the port of --metrics-bind-address where that names none; 0 for nowhere")
  private Integer metricsPort;

  @Option(
      names = "--bind-address-hard-fail",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description =
          "end if one of the two ports is taken, instead of trying it again every 5 seconds")
  private boolean hardFail;

  /** It may be the unspecified one of either family. */
  Optional<IpAddress> bindAddress() {
    return bindAddress.isBlank()
        ? Optional.empty()
        : Optional.of(IpAddress.parse(bindAddress.strip()));
  }

  /**
   * Empty if health checks are not to be answered.
   *
   * @throws IllegalArgumentException if what was given is no address
   */
  Optional<BindAddress> healthz() {
    String all = isIpv6() ? "::" : "0.0.0.0";
    return address("--healthz-bind-address", healthz, healthzPort, all, HEALTHZ_PORT);
  }

  /**
   * Empty if there is nobody to scrape.
   *
   * @throws IllegalArgumentException if what was given is no address
   */
  Optional<BindAddress> metrics() {
    String loopback = isIpv6() ? "::1" : "127.0.0.1";
    return address("--metrics-bind-address", metrics, metricsPort, loopback, METRICS_PORT);
  }

  /** Decides where the defaults are (rule 205). */
  private boolean isIpv6() {
    return bindAddress().map(IpAddress::family).filter(IpFamily.IPV6::equals).isPresent();
  }

  private static Optional<BindAddress> address(
      String option, String given, Integer port, String usualHost, int usualPort) {
    if ((given != null && given.isBlank()) || (port != null && port == 0)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          BindAddress.parse(
              given == null ? usualHost : given.strip(), port == null ? usualPort : port));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(option + ": " + e.getMessage(), e);
    }
  }

  boolean hardFail() {
    return hardFail;
  }
}
