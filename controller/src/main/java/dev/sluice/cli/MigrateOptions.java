// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.migrate.Migration;
import dev.sluice.model.Cidr;
import dev.sluice.node.AddressFamily;
import dev.sluice.node.PortRange;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What the commands of {@code sluice migrate} cannot see from the node. */
final class MigrateOptions {
  @Option(
      names = "--cluster-cidr",
      paramLabel = "CIDR",
      split = ",",
      description =
          "addresses of the cluster's pods, one CIDR for each family (default: what kube-proxy's rules"
              + " say, in iptables mode)")
  private List<String> clusterCidrs = List.of();

  @Option(
      names = "--node-ports",
      paramLabel = "FIRST-LAST",
      defaultValue = "30000-32767",
      description = "the cluster's NodePort range (default: ${DEFAULT-VALUE})")
  private String nodePorts;

  Migration migration() {
    Map<AddressFamily, String> networks = new EnumMap<>(AddressFamily.class);
    for (String text : clusterCidrs) {
      Cidr cidr = Cidr.parse(text.strip());
      networks.put(
          cidr.toString().contains(":") ? AddressFamily.IPV6 : AddressFamily.IPV4, cidr.toString());
    }
    return Migration.ofNode(new Migration.Settings(networks, PortRange.parse(nodePorts)));
  }
}
