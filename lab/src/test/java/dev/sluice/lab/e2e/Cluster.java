// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.lab.Agent;
import dev.sluice.lab.AgentOptions;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Leftovers;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.SluiceHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A lab with a Sluice agent on every node and a directory of manifests that all agents read.
 * Closing it detaches every instance and asserts that nothing is left behind.
 */
final class Cluster implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Lab lab;
  private final Path manifests;
  private final List<String> arguments;
  private final Map<String, Agent> agents = new HashMap<>();

  private Cluster(Lab lab, List<String> arguments) {
    this.lab = lab;
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
    return new Cluster(Lab.start(options), List.of(agentArguments));
  }

  Lab lab() {
    return lab;
  }

  /** Starts the agents of all nodes. */
  Cluster startAgents() {
    lab.nodes().forEach(node -> startAgent(node.name()));
    return this;
  }

  /** Starts one node's agent, with more arguments than those of the whole cluster. */
  Agent startAgent(String node, String... more) {
    Agent agent =
        lab.node(node)
            .startAgent(
                AgentOptions.of(manifests)
                    .withArguments(arguments.toArray(String[]::new))
                    .withArguments(more));
    agents.put(node, agent);
    return agent;
  }

  Agent agent(String node) {
    return agents.get(node);
  }

  /** Writes a manifest file as careful tools do: beside it, then rename(). */
  void apply(String file, String content) {
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

  void delete(String file) {
    try {
      Files.delete(manifests.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command of the launcher on a node, for its instance, and returns what it printed. */
  String sluice(String node, String command, String... more) {
    NodeHost host = lab.node(node);
    java.util.ArrayList<String> line = new java.util.ArrayList<>();
    line.add(SluiceHome.launcher().toString());
    line.add(command);
    line.addAll(List.of("--instance", instance(host), "--pin-dir", pinDirectory(host)));
    line.addAll(List.of(more));
    return host.run(line.toArray(String[]::new));
  }

  JsonNode status(String node) {
    try {
      return JSON.readTree(sluice(node, "status", "-o", "json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
    try (lab) {
      for (NodeHost node : lab.nodes()) {
        Agent agent = agents.get(node.name());
        if (agent != null) {
          agent.terminate();
          sluice(node.name(), "detach");
          assertThat(node.bpffs().resolve("sluice")).doesNotExist();
        }
      }
    }
    assertThat(Leftovers.find(id).isEmpty()).as("%s", Leftovers.find(id)).isTrue();
  }
}
