// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Looks whether Sluice can run on this machine: one {@link CheckResult} for each thing it needs,
 * with what to do.
 *
 * <p>Run it on a platform thread that is in the network namespace of the node: sysctls and packet
 * filter rules are looked up there. It changes nothing, loads no program, and one broken check does
 * not keep the others from running.
 */
public final class Preflight {
  private static final Duration COMMAND_LIMIT = Duration.ofSeconds(5);
  private static final KernelRelease MAP_MEMORY_IN_CGROUP = KernelRelease.parse("5.11");

  private static final int CAP_NET_ADMIN = 12;
  private static final int CAP_SYS_ADMIN = 21;
  private static final int CAP_SYS_RESOURCE = 24;
  private static final int CAP_PERFMON = 38;
  private static final int CAP_BPF = 39;

  /** Programs of others that translate Service addresses, by the start of their names. */
  private static final Set<String> CILIUM = Set.of("cil_");

  private static final Set<String> CALICO = Set.of("cali_", "calico_");
  private static final Set<String> KATRAN = Set.of("balancer_ingres");

  /**
   * What this agent is going to use.
   *
   * @param pinDirectory where maps and programs are pinned, within a bpffs
   * @param cgroup the directory of {@code --cgroup}
   * @param expectedMapBytes the memory that the maps will take
   * @param sourcePorts the range from which source NAT takes ports
   * @param nodePorts the cluster's NodePort range
   * @param libbpfVersion tells the version of libbpf such as {@code 1.1.2}, and throws if there is
   *     none
   */
  public record Settings(
      Path pinDirectory,
      Optional<Path> cgroup,
      long expectedMapBytes,
      PortRange sourcePorts,
      PortRange nodePorts,
      Supplier<String> libbpfVersion) {}

  private final Machine machine;
  private final KernelFeatures features;
  private final Settings settings;
  private final Sysctl sysctl;

  /**
   * @param features what the kernel has, or pretends to have
   */
  public Preflight(Machine machine, KernelFeatures features, Settings settings) {
    this.machine = machine;
    this.features = features;
    this.settings = settings;
    this.sysctl = new Sysctl(machine.root());
  }

  /** Whether no line says FAILED. */
  public static boolean passed(List<CheckResult> results) {
    return results.stream().noneMatch(result -> result.status() == CheckResult.Status.FAILED);
  }

  /** Whether maps of so many bytes are within the memory limit of this process, if there is one. */
  public static boolean hasRoom(Machine machine, long mapBytes) {
    return fits(mapBytes, CgroupMemory.limit(machine.root()));
  }

  private static boolean fits(long mapBytes, OptionalLong limit) {
    return limit.isEmpty() || mapBytes <= limit.getAsLong();
  }

  /** Runs all checks, in the order in which they should be read. */
  public List<CheckResult> run() {
    List<CheckResult> results = new ArrayList<>();
    results.add(kernel());
    results.add(typeInformation());
    for (KernelFeature feature : KernelFeature.values()) {
      results.add(feature(feature));
    }
    results.add(guarded("capabilities", this::capabilities));
    results.add(guarded("user namespace", this::userNamespace));
    results.add(guarded("bpffs", this::bpfFileSystem));
    results.add(guarded("cgroup root", this::cgroupRoot));
    results.add(guarded("libbpf", this::libbpf));
    results.add(guarded("memory limit", this::memoryLimit));
    results.add(guarded("locked memory", this::lockedMemory));
    results.add(guarded("other load balancers", this::otherPrograms));
    results.add(guarded("kube-proxy rules", this::leftOverRules));
    results.add(guarded("stale UDP sockets", this::staleSockets));
    results.add(guarded("IPv4 forwarding", () -> forwarding("IPv4", "net.ipv4.ip_forward")));
    results.add(
        guarded("IPv6 forwarding", () -> forwarding("IPv6", "net.ipv6.conf.all.forwarding")));
    results.add(guarded("source NAT ports", this::sourcePorts));
    results.add(guarded("node ports", this::nodePorts));
    return List.copyOf(results);
  }

  private static CheckResult guarded(String name, Supplier<CheckResult> check) {
    try {
      return check.get();
    } catch (NodeException e) {
      return CheckResult.failed(name, "cannot be checked", e.getMessage());
    }
  }

  private CheckResult kernel() {
    String name = "kernel";
    KernelRelease release = features.release();
    return release.isAtLeast(KernelRelease.FLOOR)
        ? CheckResult.ok(name, release.text())
        : CheckResult.failed(
            name, release.text(), "Sluice needs Linux " + KernelRelease.FLOOR + " or later");
  }

  private CheckResult typeInformation() {
    String name = "kernel BTF";
    return features.typeInformation()
        ? CheckResult.ok(name, "present")
        : CheckResult.warning(
            name,
            "/sys/kernel/btf/vmlinux is missing",
            "features are judged by the kernel's release alone; a kernel with"
                + " CONFIG_DEBUG_INFO_BTF=y tells more");
  }

  private CheckResult feature(KernelFeature feature) {
    if (features.has(feature)) {
      return CheckResult.ok(feature.label(), "present");
    }
    return CheckResult.ok(
        feature.label(),
        "missing (Linux " + feature.since() + "), will fall back to " + feature.fallback());
  }

  private CheckResult capabilities() {
    String name = "capabilities";
    long effective = Long.parseUnsignedLong(status("CapEff"), 16);
    boolean everything = has(effective, CAP_SYS_ADMIN) && has(effective, CAP_NET_ADMIN);
    List<String> missing = new ArrayList<>();
    if (!has(effective, CAP_NET_ADMIN)) {
      missing.add("CAP_NET_ADMIN");
    }
    if (!has(effective, CAP_BPF)) {
      missing.add("CAP_BPF");
    }
    if (!has(effective, CAP_PERFMON)) {
      missing.add("CAP_PERFMON");
    }
    if (everything || missing.isEmpty()) {
      return CheckResult.ok(
          name, everything ? "CAP_SYS_ADMIN" : "CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON");
    }
    return CheckResult.failed(
        name,
        String.join(", ", missing) + " missing",
        "run as root, or grant CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON");
  }

  private CheckResult userNamespace() {
    String name = "user namespace";
    String[] map =
        readFirstLine("proc/self/uid_map").orElse("0 0 4294967295").strip().split("\\s+", -1);
    boolean initial =
        map.length == 3 && map[0].equals("0") && map[1].equals("0") && map[2].equals("4294967295");
    return initial
        ? CheckResult.ok(name, "the machine's")
        : CheckResult.failed(
            name,
            "this process is in a user namespace of its own",
            "the kernel refuses BPF there; run without a user namespace (Kubernetes: hostUsers: true;"
                + " not in rootless containers)");
  }

  private CheckResult bpfFileSystem() {
    String name = "bpffs";
    if (BpfFileSystem.contains(machine, settings.pinDirectory())) {
      return CheckResult.ok(name, settings.pinDirectory() + " is in the bpffs");
    }
    return CheckResult.failed(
        name,
        settings.pinDirectory() + " is not in a bpffs",
        "mount one: mount -t bpf bpf /sys/fs/bpf (in a container: a hostPath volume of /sys/fs/bpf with"
            + " mountPropagation: Bidirectional), or name one with --pin-dir");
  }

  private CheckResult cgroupRoot() {
    CgroupRoot root = CgroupRoot.find(machine.root(), settings.cgroup());
    String found = root.path() + " (" + root.explanation() + ")";
    if (root.complete()) {
      return CheckResult.ok("cgroup root", found);
    }
    return settings.cgroup().isPresent()
        ? CheckResult.warning("cgroup root", found, root.whatToDo())
        : CheckResult.failed("cgroup root", found, root.whatToDo());
  }

  private CheckResult libbpf() {
    String name = "libbpf";
    String advice = "install libbpf 1.1 or later (Debian, Ubuntu: apt-get install libbpf1)";
    String version;
    try {
      version = settings.libbpfVersion().get();
    } catch (RuntimeException | LinkageError e) {
      return CheckResult.failed(name, "not found: " + e.getMessage(), advice);
    }
    String digits = version.startsWith("v") ? version.substring(1) : version;
    try {
      return KernelRelease.parse(digits).isAtLeast(KernelRelease.parse("1.1"))
          ? CheckResult.ok(name, digits)
          : CheckResult.failed(name, digits, advice);
    } catch (IllegalArgumentException e) {
      return CheckResult.warning(name, "unknown version \"" + version + "\"", advice);
    }
  }

  private CheckResult memoryLimit() {
    String name = "memory limit";
    OptionalLong limit = CgroupMemory.limit(machine.root());
    String need = "maps of " + megabytes(settings.expectedMapBytes());
    if (limit.isEmpty()) {
      return CheckResult.ok(name, "none; " + need);
    }
    String found = megabytes(limit.getAsLong()) + "; " + need;
    String advice =
        "raise the memory limit of this container or make the maps smaller in the configuration";
    if (!fits(settings.expectedMapBytes(), limit)) {
      return CheckResult.failed(name, found, advice);
    }
    // The Java process and the page tables want their share.
    return settings.expectedMapBytes() > limit.getAsLong() / 2
        ? CheckResult.warning(name, found + ", more than half", advice)
        : CheckResult.ok(name, found);
  }

  private CheckResult lockedMemory() {
    String name = "locked memory";
    // A fact of the machine, not a feature that one could do without: pretending changes nothing.
    if (KernelFeatures.runningRelease(machine.root()).isAtLeast(MAP_MEMORY_IN_CGROUP)) {
      return CheckResult.ok(name, "not limited on Linux 5.11 and later");
    }
    if (has(Long.parseUnsignedLong(status("CapEff"), 16), CAP_SYS_RESOURCE)) {
      return CheckResult.ok(name, "will be raised");
    }
    String limit =
        readLines("proc/self/limits").stream()
            .filter(line -> line.startsWith("Max locked memory"))
            .map(line -> line.substring("Max locked memory".length()).strip().split("\\s+", -1)[0])
            .findFirst()
            .orElse("unlimited");
    if (limit.equals("unlimited") || Long.parseLong(limit) >= settings.expectedMapBytes()) {
      return CheckResult.ok(name, limit);
    }
    return CheckResult.failed(
        name,
        limit + " bytes; maps of " + megabytes(settings.expectedMapBytes()),
        "before Linux 5.11 maps count as locked memory: ulimit -l unlimited, or grant CAP_SYS_RESOURCE");
  }

  private CheckResult otherPrograms() {
    String name = "other load balancers";
    List<String> programs = machine.loadedPrograms();
    List<String> found = new ArrayList<>();
    describe("Cilium", CILIUM, programs).ifPresent(found::add);
    describe("Calico", CALICO, programs).ifPresent(found::add);
    describe("Katran", KATRAN, programs).ifPresent(found::add);
    return found.isEmpty()
        ? CheckResult.ok(name, "none among " + programs.size() + " BPF programs")
        : CheckResult.warning(
            name,
            String.join("; ", found),
            "only one may translate Service addresses: switch off its kube-proxy replacement (Cilium:"
                + " kubeProxyReplacement=false; Calico: bpfEnabled=false or"
                + " bpfKubeProxyIptablesCleanupEnabled=false)");
  }

  private static Optional<String> describe(
      String owner, Set<String> prefixes, List<String> programs) {
    List<String> names =
        programs.stream()
            .filter(program -> prefixes.stream().anyMatch(program::startsWith))
            .distinct()
            .sorted()
            .limit(3)
            .toList();
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of("programs of " + owner + " (" + String.join(", ", names) + ")");
  }

  /**
   * kube-proxy leaves its rules behind when it is stopped (kubernetes.io, kube-proxy --cleanup).
   * The legacy iptables tables are only asked for if the kernel has them, because iptables-save
   * would load the modules.
   */
  private CheckResult leftOverRules() {
    String name = "kube-proxy rules";
    List<String> found = new ArrayList<>();
    if (ipvsServices() > 0) {
      found.add("IPVS: " + ipvsServices() + " services");
    }
    if (!readLines("proc/net/ip_tables_names").isEmpty()
        && legacyRules("iptables").contains(":KUBE-SERVICES ")) {
      found.add("iptables");
    }
    if (!readLines("proc/net/ip6_tables_names").isEmpty()
        && legacyRules("ip6tables").contains(":KUBE-SERVICES ")) {
      found.add("ip6tables");
    }
    String chains = command("nft", "list", "chains").orElse("");
    if (chains.contains("chain KUBE-SERVICES")) {
      found.add("iptables (nftables variant)");
    }
    if (chains.lines().anyMatch(line -> line.matches("table \\S+ kube-proxy .*"))) {
      found.add("nftables");
    }
    return found.isEmpty()
        ? CheckResult.ok(name, "none")
        : CheckResult.warning(
            name,
            "left over in " + String.join(", ", found),
            "they still match what Sluice leaves to the stack; 'sluice migrate check' says what to do");
  }

  private long ipvsServices() {
    return readLines("proc/net/ip_vs").stream()
        .filter(
            line -> line.startsWith("TCP ") || line.startsWith("UDP ") || line.startsWith("SCTP "))
        .count();
  }

  private String legacyRules(String program) {
    return command(program + "-legacy-save", "-t", "nat")
        .or(() -> command(program + "-save", "-t", "nat"))
        .orElse("");
  }

  /** Nothing else tells a program that the backend its UDP socket is connected to has gone. */
  private CheckResult staleSockets() {
    String name = "stale UDP sockets";
    return (features.typeInformation()
            ? machine.missingForSocketDestruction()
            : Optional.of("CONFIG_DEBUG_INFO_BTF"))
        .map(
            missing ->
                CheckResult.warning(
                    name,
                    "cannot be destroyed: the kernel has no " + missing,
                    "a connected UDP socket goes on sending to a backend that is gone; use a kernel"
                        + " with it, or --socket-hooks node, which leaves pods' sockets to the packet"
                        + " path"))
        .orElseGet(() -> CheckResult.ok(name, "will be destroyed by netlink SOCK_DESTROY"));
  }

  private CheckResult forwarding(String family, String parameter) {
    String name = family + " forwarding";
    Optional<String> value = sysctl.read(parameter);
    if (value.isEmpty()) {
      return CheckResult.ok(name, "no " + family + " here");
    }
    return value.get().equals("0")
        ? CheckResult.warning(
            name,
            parameter + " = 0",
            "packets to pods of this node would be dropped; if the network plugin does not set it: sysctl"
                + " -w "
                + parameter
                + "=1")
        : CheckResult.ok(name, "on");
  }

  private CheckResult sourcePorts() {
    String name = "source NAT ports";
    PortRange sourcePorts = settings.sourcePorts();
    if (sourcePorts.overlaps(settings.nodePorts())) {
      return CheckResult.failed(
          name,
          sourcePorts + " overlaps the node ports " + settings.nodePorts(),
          "choose another range for source NAT in the configuration; it must be free of node ports");
    }
    Optional<PortRange> local = sysctl.localPortRange().filter(sourcePorts::overlaps);
    if (local.isEmpty()) {
      return CheckResult.ok(name, sourcePorts + ", apart from the ports of sockets");
    }
    PortRanges unreserved = PortRanges.of(sourcePorts).minus(sysctl.reservedPorts());
    if (unreserved.isEmpty()) {
      return CheckResult.ok(name, sourcePorts + ", reserved");
    }
    int left =
        local.get().size()
            - PortRanges.of(sourcePorts).intersect(PortRanges.of(local.get())).size();
    String found =
        sourcePorts
            + " will be reserved; the node's sockets keep "
            + left
            + " ports of "
            + local.get();
    return left < local.get().size() / 4
        ? CheckResult.warning(
            name,
            found,
            "make the range for source NAT smaller, or widen " + Sysctl.LOCAL_PORT_RANGE)
        : CheckResult.ok(name, found);
  }

  private CheckResult nodePorts() {
    String name = "node ports";
    Optional<PortRange> local = sysctl.localPortRange().filter(settings.nodePorts()::overlaps);
    if (local.isEmpty()) {
      return CheckResult.ok(name, settings.nodePorts().toString());
    }
    PortRanges shared =
        PortRanges.of(settings.nodePorts())
            .intersect(PortRanges.of(local.get()))
            .minus(sysctl.reservedPorts());
    return shared.isEmpty()
        ? CheckResult.ok(name, settings.nodePorts() + ", reserved")
        : CheckResult.warning(
            name,
            settings.nodePorts() + " overlaps the ports of sockets, " + local.get(),
            "a connection of the node may hold a node port: add "
                + shared
                + " to "
                + Sysctl.RESERVED_PORTS);
  }

  private Optional<String> command(String... command) {
    return machine.commands().run(COMMAND_LIMIT, List.of(command));
  }

  private String status(String field) {
    return readLines("proc/self/status").stream()
        .filter(line -> line.startsWith(field + ":"))
        .map(line -> line.substring(field.length() + 1).strip())
        .findFirst()
        .orElseThrow(
            () -> new NodeException("no " + field + " in /proc/self/status; is /proc mounted?"));
  }

  private Optional<String> readFirstLine(String file) {
    return readLines(file).stream().findFirst();
  }

  /** The lines of a file of the kernel; none if the file does not exist. */
  private List<String> readLines(String file) {
    Path path = machine.root().resolve(file);
    if (!Files.exists(path)) {
      return List.of();
    }
    try (Stream<String> lines = Files.lines(path)) {
      return lines.toList();
    } catch (IOException e) {
      throw new NodeException("cannot read /" + file + ": " + e.getMessage(), e);
    }
  }

  private static boolean has(long capabilities, int number) {
    return (capabilities >>> number & 1) != 0;
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
  }
}
