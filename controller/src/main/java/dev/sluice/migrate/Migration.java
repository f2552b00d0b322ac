// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import dev.sluice.node.AddressFamily;
import dev.sluice.node.NftTables;
import dev.sluice.node.NodeException;
import dev.sluice.node.PortRange;
import dev.sluice.node.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The way from kube-proxy to Sluice on one node: what is in the way, and its removal. Everything
 * happens in the network namespace of the calling thread.
 */
public final class Migration {
  private static final int CAP_NET_ADMIN = 12;
  private static final String CAPABILITIES = "CapEff:";

  private final Path root;
  private final ProxyProcesses processes;
  private final List<Trace> leftovers;
  private final List<Trace> forward;

  /**
   * What cannot be seen from the node.
   *
   * @param podNetworks the addresses of the cluster's pods, at most one CIDR of each family
   * @param nodePorts the cluster's NodePort range
   */
  public record Settings(Map<AddressFamily, String> podNetworks, PortRange nodePorts) {}

  /** Of the machine on which this process runs. */
  public static Migration ofNode(Settings settings) {
    return new Migration(
        Path.of("/"),
        Programs.processes(),
        VirtualServers.ofKernel(),
        Migration::kernelTables,
        settings);
  }

  /**
   * @param root the root of the file system, below which {@code /proc} is read
   * @param nftTables tells which tables nftables has
   */
  Migration(
      Path root,
      Programs programs,
      VirtualServers virtualServers,
      Supplier<List<NftRuleset.Table>> nftTables,
      Settings settings) {
    this.root = root;
    this.processes = new ProxyProcesses(root);
    List<IptablesTool> tools = new ArrayList<>();
    for (IptablesBackend backend : IptablesBackend.values()) {
      for (AddressFamily family : AddressFamily.values()) {
        tools.add(new IptablesTool(root, programs, nftTables, backend, family));
      }
    }
    // Rules of IPVS mode refer to sets, so the sets come last.
    this.leftovers =
        Stream.concat(
                tools.stream().map(IptablesTrace::new),
                Stream.of(
                    new NftTrace(programs, nftTables),
                    new IpvsTrace(virtualServers, settings.nodePorts()),
                    new IpsetTrace(programs)))
            .toList();
    this.forward =
        Stream.<Trace>concat(
                tools.stream()
                    .map(
                        tool ->
                            new IptablesForwardTrace(
                                tool,
                                Optional.ofNullable(settings.podNetworks().get(tool.family())))),
                Stream.of(
                    new NftForwardTrace(
                        programs,
                        nftTables,
                        table -> tools.stream().anyMatch(tool -> tool.isOwn(table)),
                        settings.podNetworks())))
            .toList();
  }

  /** Looks at everything, and changes nothing. */
  public List<Finding> check() {
    if (!mayAdministrateNetwork()) {
      // Without the capability some programs fail, and others print nothing and succeed.
      return List.of(
          Finding.unknown(
              "permission", "CAP_NET_ADMIN is missing", "run as root, in the node's namespaces"));
    }
    return Stream.of(Stream.of(processes), leftovers.stream(), forward.stream())
        .flatMap(traces -> traces)
        .flatMap(trace -> find(trace).stream())
        .toList();
  }

  /**
   * Removes what kube-proxy has left, or says what it would remove. What cannot be removed is
   * reported, and the rest still done.
   *
   * @param really false to change nothing
   * @param force also while a kube-proxy runs
   */
  public Cleanup cleanup(boolean really, boolean force) {
    Cleanup cleanup = new Cleanup(new ArrayList<>(), new ArrayList<>());
    if (!mayAdministrateNetwork()) {
      cleanup.obstacles().addAll(check());
      return cleanup;
    }
    List<Finding> running =
        find(processes).stream().filter(line -> line.level() != Finding.Level.CLEAR).toList();
    if (really && !force && !running.isEmpty()) {
      cleanup.obstacles().addAll(running);
      return cleanup;
    }
    if (!really) {
      cleanup.obstacles().addAll(running);
      forward.stream()
          .flatMap(trace -> find(trace).stream())
          .filter(line -> line.level() == Finding.Level.TODO)
          .forEach(cleanup.obstacles()::add);
    }
    for (Trace trace : leftovers) {
      try {
        for (Removal removal : trace.removals()) {
          cleanup.steps().add(Cleanup.Step.of(removal, really));
        }
      } catch (NodeException e) {
        cleanup.obstacles().add(unsearched(trace, e));
      }
    }
    return cleanup;
  }

  private static List<Finding> find(Trace trace) {
    try {
      return trace.find();
    } catch (NodeException e) {
      return List.of(unsearched(trace, e));
    }
  }

  private static Finding unsearched(Trace trace, NodeException e) {
    return Finding.unknown(trace.where(), "could not be searched", e.getMessage());
  }

  private boolean mayAdministrateNetwork() {
    try (Stream<String> lines = Files.lines(root.resolve("proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith(CAPABILITIES))
          .map(line -> Long.parseUnsignedLong(line.substring(CAPABILITIES.length()).strip(), 16))
          .anyMatch(effective -> (effective >>> CAP_NET_ADMIN & 1) != 0);
    } catch (IOException e) {
      throw new NodeException("cannot read /proc/self/status: " + e.getMessage(), e);
    }
  }

  /** The kernel's tables by the names that nft gives to families. */
  private static List<NftRuleset.Table> kernelTables() {
    Map<Integer, String> families = Map.of(1, "inet", 2, "ip", 10, "ip6");
    return NftTables.list().stream()
        .filter(table -> families.containsKey(table.family()))
        .map(table -> new NftRuleset.Table(families.get(table.family()), table.name()))
        .toList();
  }
}
