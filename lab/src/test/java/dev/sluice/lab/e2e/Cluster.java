// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Agent;
import dev.sluice.lab.AgentOptions;
import dev.sluice.lab.Host;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Leftovers;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.SluiceHome;
import dev.sluice.mockapi.MockApiServer;
import dev.sluice.server.AdminClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * A lab with a Sluice agent on every node and a directory of manifests that all agents read.
 * Closing it detaches every instance and asserts that nothing is left behind.
 */
final class Cluster implements AutoCloseable {
  private static final Duration QUIET = Duration.ofMillis(15);

  private final Lab lab;
  private final Path manifests;
  private final List<String> arguments;
  private final Map<String, Agent> agents = new ConcurrentHashMap<>();
  private final XdpSenders senders;
  private final Optional<MockApiServer> api;
  private int marks;

  private Cluster(
      Lab lab, XdpSenders senders, Optional<MockApiServer> api, List<String> arguments) {
    this.lab = lab;
    this.senders = senders;
    this.api = api;
    this.arguments = List.copyOf(arguments);
    try {
      this.manifests = Files.createDirectories(lab.directory().resolve("manifests"));
    } catch (IOException e) {
      lab.close();
      throw new UncheckedIOException(e);
    }
  }

  /** Brings a lab up; no agent runs yet. */
  static Cluster create(LabOptions options, String... agentArguments) {
    return new Cluster(
        Lab.start(options), XdpSenders.none(), Optional.empty(), List.of(agentArguments));
  }

  /** As {@link #create}, with agents that are fed by one API server, where the client is. */
  static Cluster createWithApi(LabOptions options, String... agentArguments) {
    Lab lab = Lab.start(options);
    try {
      MockApiServer api = apiServer(lab.client());
      List<String> arguments = new ArrayList<>(List.of(agentArguments));
      arguments.addAll(List.of("--api-server", api.url()));
      return new Cluster(lab, XdpSenders.none(), Optional.of(api), arguments);
    } catch (RuntimeException | AssertionError e) {
      lab.close();
      throw e;
    }
  }

  private static MockApiServer apiServer(Host host) {
    try {
      // With a name, nobody looks for one in a namespace that has no name server.
      InetAddress address =
          InetAddress.getByAddress("api", host.address(AddressFamily.IPV4).getAddress());
      return host.call(() -> new MockApiServer(address));
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("no API server in " + host, e);
    }
  }

  /** As {@link #create}, with uplinks that are fit for XDP, and agents that must use it. */
  static Cluster createWithXdp(LabOptions options, String... agentArguments) {
    Lab lab = Lab.start(options);
    try {
      List<String> arguments = new ArrayList<>(List.of(agentArguments));
      arguments.add("--xdp=require");
      return new Cluster(lab, XdpSenders.of(lab), Optional.empty(), arguments);
    } catch (RuntimeException | AssertionError e) {
      lab.close();
      throw e;
    }
  }

  Lab lab() {
    return lab;
  }

  /** The API server of a cluster {@link #createWithApi}. */
  MockApiServer api() {
    return api.orElseThrow();
  }

  /** What sends to the nodes, in a cluster {@link #createWithXdp}. */
  XdpSenders senders() {
    return senders;
  }

  /** Starts the agents of all nodes. */
  Cluster startAgents() {
    lab.nodes().parallelStream().forEach(node -> startAgent(node.name()));
    return this;
  }

  /** Replaces the agents of all nodes by ones with other arguments. */
  void restartAgents(String... more) {
    lab.nodes().parallelStream().forEach(node -> restartAgent(node.name(), more));
  }

  /** Replaces one node's agent by one with other arguments. */
  void restartAgent(String node, String... more) {
    agents.get(node).terminate();
    startAgent(node, more);
  }

  /** Starts one node's agent, with more arguments than those of the whole cluster. */
  Agent startAgent(String node, String... more) {
    return startAgent(node, options -> options.withArguments(more));
  }

  /** Starts one node's agent with more options than those of the whole cluster. */
  Agent startAgent(String node, UnaryOperator<AgentOptions> more) {
    AgentOptions options =
        AgentOptions.of(manifests).withArguments(arguments.toArray(String[]::new));
    Agent agent = lab.node(node).startAgent(more.apply(options));
    agents.put(node, agent);
    return agent;
  }

  Agent agent(String node) {
    return agents.get(node);
  }

  /**
   * Writes a manifest file as careful tools do, beside it, then rename(); or gives its objects to
   * the API server in place of those that came by this name before.
   */
  void apply(String file, String content) {
    if (api.isPresent()) {
      api.get().applyManifest(file, content);
      return;
    }
    try {
      Path draft = manifests.resolve("." + file + ".draft");
      Files.writeString(draft, content);
      Files.move(
          draft,
          manifests.resolve(file),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Applies Services, each as a file of its own, and waits until every agent has them installed: an
   * agent tells its changes in order, so a Service that is written last shows it.
   */
  void install(ServiceFile... services) {
    for (ServiceFile service : services) {
      apply(service.name() + ".yaml", service.yaml());
    }
    awaitApplied();
  }

  /** Waits until every agent has installed what was applied and deleted so far. */
  void awaitApplied() {
    int number = ++marks;
    apply(
        "mark.yaml",
        """
        apiVersion: v1
        kind: Service
        metadata: {name: mark, namespace: lab}
        spec: {clusterIP: 10.96.255.255, ports: [{port: %d}]}
        """
            .formatted(number));
    String frontend = "CLUSTER_IP 10.96.255.255:" + number;
    for (String node : agents.keySet()) {
      NodeHost host = lab.node(node);
      Await.until(
          "what was applied is installed on " + node,
          () -> Await.ask(host, "services").toString().contains('"' + frontend + '"'));
    }
  }

  void delete(String file) {
    if (api.isPresent()) {
      api.get().applyManifest(file, "");
      return;
    }
    try {
      Files.delete(manifests.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command of the launcher on a node, for its instance, and returns what it printed. */
  String sluice(String node, String command, String... more) {
    NodeHost host = lab.node(node);
    List<String> line = new ArrayList<>();
    line.add(SluiceHome.launcher().toString());
    line.add(command);
    line.addAll(List.of("--instance", instance(host), "--pin-dir", pinDirectory(host)));
    line.addAll(List.of("--run-dir", Agent.runDirectory(host).toString()));
    line.addAll(List.of(more));
    return host.run(line.toArray(String[]::new));
  }

  /** What {@code sluice status -o json} prints, asked without starting a process. */
  JsonNode status(String node) {
    Path socket = Agent.runDirectory(lab.node(node)).resolve(instance(lab.node(node)) + ".sock");
    return AdminClient.ask(socket, "status")
        .orElseThrow(() -> new AssertionError("no agent answers on " + socket));
  }

  /** Verdicts so far by hook and reason, such as {@code tc_ingress} and {@code opened_local}. */
  Verdicts verdicts(String node) {
    Map<String, Long> counts = new TreeMap<>();
    for (Map.Entry<String, JsonNode> hook : status(node).get("verdicts").properties()) {
      for (Map.Entry<String, JsonNode> reason : hook.getValue().properties()) {
        counts.put(hook.getKey() + "/" + reason.getKey(), reason.getValue().asLong());
      }
    }
    return new Verdicts(counts);
  }

  /**
   * The verdicts of all nodes, by node, once they have stopped growing: the last packets of a
   * connection come after its client has closed it.
   */
  Map<String, Verdicts> settledVerdicts() {
    Map<String, Verdicts> before = verdicts();
    while (true) {
      pause(QUIET);
      Map<String, Verdicts> now = verdicts();
      if (translations(now).equals(translations(before))) {
        return now;
      }
      before = now;
    }
  }

  private Map<String, Verdicts> verdicts() {
    Map<String, Verdicts> all = new TreeMap<>();
    lab.nodes().forEach(node -> all.put(node.name(), verdicts(node.name())));
    return all;
  }

  private static List<Map<String, Long>> translations(Map<String, Verdicts> verdicts) {
    return verdicts.values().stream().map(Verdicts::translations).toList();
  }

  static void pause(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Where a node's instance has its pins: {@code maps}, {@code programs} and {@code links}. */
  Path pins(String node) {
    NodeHost host = lab.node(node);
    return Path.of(pinDirectory(host)).resolve(instance(host));
  }

  private static String instance(NodeHost host) {
    return Agent.instance(host);
  }

  private static String pinDirectory(NodeHost host) {
    return host.bpffs().resolve("sluice").toString();
  }

  /** Ends the agents, detaches and removes the lab. */
  @Override
  public void close() {
    String id = lab.id();
    try (lab;
        senders) {
      lab.nodes().parallelStream().forEach(this::detach);
      api.ifPresent(MockApiServer::close);
    }
    assertThat(Leftovers.find(id).isEmpty()).as("%s", Leftovers.find(id)).isTrue();
  }

  private void detach(NodeHost node) {
    Agent agent = agents.get(node.name());
    if (agent != null) {
      agent.terminate();
      sluice(node.name(), "detach");
      assertThat(node.bpffs().resolve("sluice")).doesNotExist();
    }
  }
}
