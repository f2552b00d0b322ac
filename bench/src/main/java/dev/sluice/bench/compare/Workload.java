// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.compare.result.TrafficPath;
import dev.sluice.bench.compare.rules.ServicePort;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The Services of a node, in the order that hurts those who look for one from the beginning: what
 * is measured comes last. All other Services have endpoints that nobody has.
 */
final class Workload {
  /** Of every Service but the one that changes. */
  static final int ENDPOINTS = 10;

  /** Where every backend serves. */
  static final int TARGET_PORT = 8080;

  static final int PORT = 80;
  static final int NODE_PORT = 30080;

  /** Has one endpoint, so that the first connection that ends elsewhere shows its change. */
  static final String CHANGING = "changing";

  /** The name of the node whose pods answer clients from outside. */
  static final String FAR_NODE = "far";

  static final String CHANGING_IP = "10.96.0.12";
  static final String NEAR_IP = "10.96.0.10";

  private static final String FAR_IP = "10.96.0.11";

  /** The Services that are not made up. */
  private static final int REAL = 3;

  private static final int LAST_BYTE = 250;

  private Workload() {}

  /**
   * Ports of Services.
   *
   * @param count of Services; there are never fewer than those that are measured
   * @param node that they are for
   * @param near endpoints on this node
   * @param far endpoints on the node {@link #FAR_NODE}
   * @param changing the endpoint of {@link #CHANGING}, on this node
   */
  static List<ServicePort> of(
      int count, String node, List<String> near, List<String> far, String changing) {
    List<ServicePort> ports = new ArrayList<>();
    IntStream.range(0, count - REAL).mapToObj(Workload::madeUp).forEach(ports::add);
    ports.add(port(CHANGING, "http", "tcp", CHANGING_IP, 0, List.of(changing), node));
    ports.add(port("near", "dns", "udp", NEAR_IP, 0, near, node));
    ports.add(port("near", "http", "tcp", NEAR_IP, 0, near, node));
    ports.add(port("far", "dns", "udp", FAR_IP, NODE_PORT, far, FAR_NODE));
    ports.add(port("far", "http", "tcp", FAR_IP, NODE_PORT, far, FAR_NODE));
    return ports;
  }

  /** The port that clients of a path ask by TCP. */
  static ServicePort measured(List<ServicePort> ports, TrafficPath path) {
    String service =
        switch (path) {
          case POD_TO_POD -> "near";
          case OUTSIDE_TO_NODE -> "far";
        };
    return ports.stream()
        .filter(port -> port.service().equals(service) && port.protocol().equals("tcp"))
        .findFirst()
        .orElseThrow();
  }

  private static ServicePort madeUp(int number) {
    List<String> endpoints =
        IntStream.range(number * ENDPOINTS, (number + 1) * ENDPOINTS)
            .mapToObj(i -> "10.%d.%s".formatted(128 + i / 62_500, lastTwo(i % 62_500)))
            .toList();
    return port(
        "application-%05d".formatted(number),
        "http",
        "tcp",
        "10.96." + lastTwo(LAST_BYTE + number),
        0,
        endpoints,
        "nowhere");
  }

  private static String lastTwo(int number) {
    return "%d.%d".formatted(number / LAST_BYTE, 1 + number % LAST_BYTE);
  }

  private static ServicePort port(
      String service,
      String portName,
      String protocol,
      String clusterIp,
      int nodePort,
      List<String> endpoints,
      String node) {
    return new ServicePort(
        service, portName, protocol, clusterIp, PORT, nodePort, endpoints, node, TARGET_PORT);
  }
}
