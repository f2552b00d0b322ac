// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.bench.compare.result.TrafficPath;
import dev.sluice.bench.compare.rules.Manifests;
import dev.sluice.bench.compare.rules.ServicePort;
import dev.sluice.lab.Agent;
import dev.sluice.lab.AgentOptions;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.SluiceHome;
import dev.sluice.server.AdminClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** An agent of Sluice that reads manifests. */
final class SluiceProxy implements Proxy {
  /** Services in a file: a file is parsed as a whole. */
  private static final int SERVICES_PER_FILE = 200;

  private static final double KIBIBYTES = 1024;
  private static final double MILLIS_PER_SECOND = 1000;
  private static final double NANOS_PER_MILLI = 1e6;

  private static final String FIRST_ROUND =
      "kubeproxy_sync_full_proxy_rules_duration_seconds_sum{ip_family=\"IPv4\"} ";

  private final Station station;
  private final AgentOptions options;
  private final Path manifests;
  private final List<String> sides;
  private Agent agent;
  private long startNanos;

  /**
   * Writes the manifests.
   *
   * @param arguments of the agent, which make the mode
   */
  SluiceProxy(Station station, List<String> arguments, int services, Path directory) {
    this.station = station;
    manifests = directory.resolve("manifests-" + station.node());
    Map<String, String> files = Manifests.of(station.services(services, 0));
    List<String> unchanging =
        files.keySet().stream().filter(name -> !name.equals(Workload.CHANGING)).toList();
    sides = IntStream.range(0, SIDES).mapToObj(this::changing).toList();
    try {
      Files.createDirectories(manifests);
      for (int first = 0; first < unchanging.size(); first += SERVICES_PER_FILE) {
        List<String> some =
            unchanging.subList(first, Math.min(first + SERVICES_PER_FILE, unchanging.size()));
        Files.writeString(
            manifests.resolve("services-%05d.yaml".formatted(first)),
            some.stream().map(files::get).collect(Collectors.joining()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write manifests", e);
    }
    write(0);
    List<String> all = new ArrayList<>(arguments);
    all.add("--cluster-cidr=" + Station.POD_NETWORK);
    options =
        AgentOptions.of(manifests)
            .withArguments(all.toArray(String[]::new))
            .withReady("(?i)\\bready\\b", LoadProgram.PATIENCE);
  }

  private String name() {
    return station.node().name();
  }

  private String changing(int side) {
    List<ServicePort> ports =
        station.services(0, side).stream()
            .filter(port -> port.service().equals(Workload.CHANGING))
            .toList();
    return Manifests.of(ports).get(Workload.CHANGING);
  }

  /** Returns when the file appeared, written beforehand as careful tools do. */
  private long write(int side) {
    try {
      Path draft = manifests.resolve(".changing.draft");
      Files.writeString(draft, sides.get(side));
      long at = System.nanoTime();
      Files.move(
          draft,
          manifests.resolve("changing.yaml"),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      return at;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot change a manifest", e);
    }
  }

  /** The agent's own figure: from objects in memory to maps. */
  @Override
  public OptionalDouble program() {
    long begun = System.nanoTime();
    agent = station.node().startAgent(options);
    startNanos = System.nanoTime() - begun;
    return OptionalDouble.of(metric(FIRST_ROUND) * MILLIS_PER_SECOND);
  }

  @Override
  public OptionalDouble startMillis() {
    return OptionalDouble.of(startNanos / NANOS_PER_MILLI);
  }

  private double metric(String name) {
    try {
      String page =
          station
              .node()
              .call(
                  () -> {
                    var url = URI.create("http://127.0.0.1:10249/metrics").toURL();
                    var connection = url.openConnection(java.net.Proxy.NO_PROXY);
                    // One that is kept would be taken for the same address on other nodes.
                    connection.setRequestProperty("Connection", "close");
                    try (var stream = connection.getInputStream()) {
                      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
                    }
                  });
      return page.lines()
          .filter(line -> line.startsWith(name))
          .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
          .findFirst()
          .orElseThrow(() -> new CompareException("the agent has no metric " + name));
    } catch (CompareException e) {
      throw e;
    } catch (Exception e) {
      throw new CompareException("cannot read the metrics of the agent on " + name(), e);
    }
  }

  @Override
  public void clear() {
    agent.terminate();
    NodeHost node = station.node();
    node.run(
        LoadProgram.PATIENCE,
        SluiceHome.launcher().toString(),
        "detach",
        "--instance",
        Agent.instance(node),
        "--pin-dir",
        node.bpffs().resolve("sluice").toString(),
        "--run-dir",
        Agent.runDirectory(node).toString());
  }

  @Override
  public long change(int side) {
    return write(side);
  }

  @Override
  public Counts counts(TrafficPath path) {
    return switch (station.mode()) {
      case SLUICE_SOCKETS ->
          new Counts(OptionalLong.of(verdicts("socket", "connected")), opened("tc_ingress"));
      case SLUICE_XDP ->
          new Counts(
              OptionalLong.of(verdicts("xdp", "forwarded")), verdicts("socket", "connected"));
      default -> new Counts(OptionalLong.of(opened("tc_ingress")), verdicts("socket", "connected"));
    };
  }

  private long opened(String hook) {
    return Stream.of("opened_local", "opened_remote", "opened_hairpin")
        .mapToLong(reason -> verdicts(hook, reason))
        .sum();
  }

  private long verdicts(String hook, String reason) {
    NodeHost node = station.node();
    Path socket = Agent.runDirectory(node).resolve(Agent.instance(node) + ".sock");
    JsonNode status =
        AdminClient.ask(socket, "status")
            .orElseThrow(() -> new CompareException("no agent answers on " + socket));
    return status.path("verdicts").path(hook).path(reason).asLong();
  }

  @Override
  public OptionalDouble mapMemory() {
    return OptionalDouble.of(MapMemory.mebibytes(agent.pid()));
  }

  @Override
  public OptionalDouble agentMemory() {
    try {
      return Files.readAllLines(Path.of("/proc/%d/status".formatted(agent.pid()))).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / KIBIBYTES)
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the memory of the agent on " + name(), e);
    }
  }
}
