// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.LoadBalancerIngress.Mode;
import dev.sluice.model.Service;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The addresses of a Service in one family. Each list is sorted and without duplicates.
 *
 * @param clusterIp without one the Service does not exist in this family
 * @param ingress those of mode VIP only; a load balancer of mode Proxy changes the destination
 *     itself (KEP-1860)
 */
record ServiceAddresses(
    Optional<IpAddress> clusterIp, List<IpAddress> externalIps, List<IpAddress> ingress) {

  static ServiceAddresses of(Service service, IpFamily family, Notes notes) {
    Optional<IpAddress> clusterIp =
        service.clusterIps().stream()
            .flatMap(text -> notes.address("a clusterIP", text).stream())
            .filter(address -> address.family() == family)
            .findFirst();
    Stream<IpAddress> externalIps =
        service.externalIps().stream()
            .flatMap(text -> notes.ordinaryAddress("an external IP", text).stream());
    Stream<IpAddress> ingress =
        service.ingress().stream()
            .filter(entry -> entry.mode() == Mode.VIP)
            .flatMap(entry -> notes.address("a load balancer IP", entry.ip()).stream());
    return new ServiceAddresses(clusterIp, sorted(externalIps, family), sorted(ingress, family));
  }

  private static List<IpAddress> sorted(Stream<IpAddress> addresses, IpFamily family) {
    return addresses.filter(address -> address.family() == family).distinct().sorted().toList();
  }
}
