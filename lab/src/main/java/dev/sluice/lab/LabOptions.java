// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * What a lab consists of. {@link #of} gives the usual one; each {@code with} method a changed copy.
 *
 * @param id names the run: it is part of the name of every namespace, cgroup and directory; one to
 *     eight lower-case letters and digits
 * @param layout how pods are connected
 * @param podsByNode the pods that exist from the start, by the name of their node
 * @param tunClient adds the client {@code tun-client}, which reaches node-1 by a tun device
 * @param nginx starts an nginx in every pod, on port {@value Nginx#PORT}
 * @param servers starts the echo servers of pods and nodes; without, they start at first use
 * @param nodeSysctls set in every node before it has devices, for example {@code
 *     net.ipv4.conf.all.rp_filter} or {@code net.bridge.bridge-nf-call-iptables}
 * @param serverPorts ports of the echo servers, the same for TCP and UDP
 */
public record LabOptions(
    String id,
    Layout layout,
    Map<String, List<String>> podsByNode,
    boolean tunClient,
    boolean nginx,
    boolean servers,
    Map<String, String> nodeSysctls,
    List<Integer> serverPorts) {

  private static final String ID_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final RandomGenerator RANDOM = new SecureRandom();

  public LabOptions {
    if (!id.matches("[a-z0-9]{1,8}")) {
      throw new LabException("lab id '%s': use 1 to 8 of a-z and 0-9".formatted(id));
    }
    podsByNode = new LinkedHashMap<>(podsByNode);
    nodeSysctls = new LinkedHashMap<>(nodeSysctls);
    serverPorts = List.copyOf(serverPorts);
  }

  /** Two nodes with two pods each, echo servers on port 9000, a random id. */
  public static LabOptions of(Layout layout) {
    Map<String, List<String>> pods = new LinkedHashMap<>();
    pods.put("node-1", List.of("pod-a", "pod-b"));
    pods.put("node-2", List.of("pod-c", "pod-d"));
    return new LabOptions(randomId(), layout, pods, false, false, true, Map.of(), List.of(9000));
  }

  public LabOptions withId(String newId) {
    return new LabOptions(
        newId, layout, podsByNode, tunClient, nginx, servers, nodeSysctls, serverPorts);
  }

  /** Adds pods to {@code node}, which is added, too, if there is none of that name. */
  public LabOptions withPods(String node, String... names) {
    Map<String, List<String>> pods = new LinkedHashMap<>(podsByNode);
    List<String> all = new ArrayList<>(pods.getOrDefault(node, List.of()));
    all.addAll(List.of(names));
    pods.put(node, all);
    return new LabOptions(id, layout, pods, tunClient, nginx, servers, nodeSysctls, serverPorts);
  }

  /** {@code count} nodes node-1, node-2, … without pods. */
  public LabOptions withEmptyNodes(int count) {
    Map<String, List<String>> pods = new LinkedHashMap<>();
    for (int node = 1; node <= count; node++) {
      pods.put("node-" + node, List.of());
    }
    return new LabOptions(id, layout, pods, tunClient, nginx, servers, nodeSysctls, serverPorts);
  }

  public LabOptions withTunClient() {
    return new LabOptions(id, layout, podsByNode, true, nginx, servers, nodeSysctls, serverPorts);
  }

  public LabOptions withNginx() {
    return new LabOptions(
        id, layout, podsByNode, tunClient, true, servers, nodeSysctls, serverPorts);
  }

  public LabOptions withoutServers() {
    return new LabOptions(
        id, layout, podsByNode, tunClient, nginx, false, nodeSysctls, serverPorts);
  }

  public LabOptions withNodeSysctl(String key, String value) {
    Map<String, String> sysctls = new LinkedHashMap<>(nodeSysctls);
    sysctls.put(key, value);
    return new LabOptions(id, layout, podsByNode, tunClient, nginx, servers, sysctls, serverPorts);
  }

  public LabOptions withServerPorts(Integer... ports) {
    return new LabOptions(
        id, layout, podsByNode, tunClient, nginx, servers, nodeSysctls, List.of(ports));
  }

  private static String randomId() {
    StringBuilder id = new StringBuilder();
    for (int i = 0; i < 5; i++) {
      id.append(ID_LETTERS.charAt(RANDOM.nextInt(ID_LETTERS.length())));
    }
    return id.toString();
  }
}
