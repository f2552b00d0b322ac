// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.model.WellKnown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What the agent cannot find out about its node without a Kubernetes Node object. */
final class NodeOptions {
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  @Option(
      names = {"--node-name", "--hostname-override"},
      paramLabel = "NAME",
      description =
          "this node's name in EndpointSlices, read in lower case (default: the host's name)")
  private String name;

  @Option(
      names = "--zone",
      paramLabel = "ZONE",
      description =
          "this node's "
              + WellKnown.ZONE
              + " (default: that of its Node object); without it the zone hints of endpoints are"
              + " ignored")
  private String zone;

  @Option(
      names = "--node-ip",
      paramLabel = "IP",
      split = ",",
      description =
          "this node's addresses, best first: 'primary' in --node-port-addresses, and what source"
              + " ranges admit the node by (default: --bind-address, then those of its Node object,"
              + " then the source address of the default route)")
  private List<String> ips = List.of();

  @Option(
      names = "--pod-cidr",
      paramLabel = "CIDR",
      split = ",",
      description =
          "networks of this node's pods, for --detect-local-mode NodeCIDR (default: those of its"
              + " Node object)")
  private List<String> podCidrs = List.of();

  private Optional<IpAddress> bindAddress = Optional.empty();

  /** Sets the address that comes first if {@code --node-ip} is not given. */
  void bindAddress(Optional<IpAddress> address) {
    bindAddress = address;
  }

  /** In lower case, as kubelet registers the node (rule 34). */
  String name() {
    String given = name == null || name.isEmpty() ? hostName() : name;
    String clean = given.strip().toLowerCase(Locale.ROOT);
    if (clean.isEmpty()) {
      throw new IllegalArgumentException("the node's name is empty; give --node-name");
    }
    return clean;
  }

  /** The kernel's word, which needs no name service. */
  private static String hostName() {
    try {
      return Files.readString(HOST_NAME);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the host's name cannot be found out; give --node-name", e);
    }
  }

  Optional<String> zone() {
    return Optional.ofNullable(zone);
  }

  /** Empty to take what the network says. */
  List<IpAddress> ips() {
    return ips.isEmpty()
        ? bindAddress.stream().toList()
        : ips.stream().map(text -> IpAddress.parse(text.strip())).toList();
  }

  List<Cidr> podCidrs() {
    return podCidrs.stream().map(text -> Cidr.parse(text.strip())).toList();
  }
}
