// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.node.CheckResult.Status;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PreflightTest {
  private static final long MAP_BYTES = 100L << 20;
  private static final String STATUS = "proc/self/status";

  @TempDir private Path directory;
  private FakeMachine machine;
  private Path pinDirectory = Path.of("/sys/fs/bpf/sluice/main");
  private Optional<Path> cgroup = Optional.empty();
  private PortRange sourcePorts = PortRange.parse("20000-29999");
  private PortRange nodePorts = PortRange.parse("30000-32767");
  private Supplier<String> libbpf = () -> "1.3.0";

  @BeforeEach
  void create() {
    machine = new FakeMachine(directory);
  }

  private List<CheckResult> run(KernelFeatures features) {
    return new Preflight(
            machine,
            features,
            new Preflight.Settings(pinDirectory, cgroup, MAP_BYTES, sourcePorts, nodePorts, libbpf))
        .run();
  }

  private List<CheckResult> run() {
    return run(KernelFeatures.detect(directory));
  }

  private CheckResult line(String name) {
    return line(name, run());
  }

  private static CheckResult line(String name, List<CheckResult> results) {
    return results.stream().filter(result -> result.name().equals(name)).findFirst().orElseThrow();
  }

  private void assertLine(String name, Status status, String found, String whatToDo) {
    CheckResult line = line(name);
    assertThat(line.status()).as(line.toString()).isEqualTo(status);
    assertThat(line.found()).contains(found);
    assertThat(line.whatToDo()).contains(whatToDo);
  }

  @Test
  void aGoodMachinePassesEveryLine() {
    machine.file(
        "sys/kernel/btf/vmlinux",
        "\0BPF_TCX_INGRESS\0BPF_FUNC_set_retval\0bpf_get_socket_ptr_cookie\0"
            + "BPF_PROG_TYPE_SYSCALL\0BPF_FUNC_for_each_map_elem\0BPF_MAP_LOOKUP_BATCH\0");
    List<CheckResult> results = run();
    assertThat(results)
        .allSatisfy(line -> assertThat(line.status()).as(line.toString()).isEqualTo(Status.OK));
    assertThat(results)
        .extracting(CheckResult::name)
        .doesNotHaveDuplicates()
        .hasSize(17 + KernelFeature.values().length - 1);
    assertThat(results).noneMatch(line -> line.found().contains("fall back"));
    assertThat(Preflight.passed(results)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"5.9.16, FAILED", "4.19.0, FAILED", "5.10.0, OK", "6.1.0-18-amd64, OK"})
  void theKernelMustNotBeOlderThanTheFloor(String release, Status status) {
    machine.file("proc/sys/kernel/osrelease", release + "\n");
    assertLine("kernel", status, release, status == Status.FAILED ? "Linux 5.10 or later" : "");
  }

  @ParameterizedTest
  @EnumSource(KernelFeature.class)
  void aFeatureThatTheKernelLacksNamesItsFallback(KernelFeature feature) {
    machine.file("proc/sys/kernel/osrelease", "5.5.0\n");
    CheckResult line = line(feature.label());
    assertThat(line.status()).isEqualTo(Status.OK);
    assertThat(line.found())
        .contains("will fall back to " + feature.fallback())
        .contains("Linux " + feature.since());
  }

  @Test
  void aKernelThatCannotDestroySocketsIsAWarning() {
    machine
        .file("sys/kernel/btf/vmlinux", "\0BPF_TCX_INGRESS\0")
        .lacksForSocketDestruction("CONFIG_INET_DIAG_DESTROY");
    assertLine(
        "stale UDP sockets", Status.WARNING, "CONFIG_INET_DIAG_DESTROY", "--socket-hooks node");
  }

  @Test
  void aPretendedReleaseIsCheckedLikeARealOne() {
    List<CheckResult> results = run(KernelFeatures.detect(directory).pretend("5.10"));
    assertThat(line("kernel", results).found()).isEqualTo("5.10");
    assertThat(line("tcx", results).found()).contains("clsact");
  }

  @Test
  void withoutTypeInformationStaleSocketsAreNotFound() {
    assertLine("stale UDP sockets", Status.WARNING, "CONFIG_DEBUG_INFO_BTF", "--socket-hooks node");
  }

  @Test
  void missingTypeInformationIsAWarning() {
    assertLine("kernel BTF", Status.WARNING, "/sys/kernel/btf/vmlinux", "CONFIG_DEBUG_INFO_BTF");
  }

  @ParameterizedTest
  @CsvSource({
    // CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN are bits 39, 38 and 12, CAP_SYS_ADMIN is 21.
    "000000c000001000, OK, CAP_BPF",
    "0000000000201000, OK, CAP_SYS_ADMIN",
    "0000000000000000, FAILED, CAP_NET_ADMIN",
    "0000008000001000, FAILED, CAP_PERFMON missing",
    "0000000000200000, FAILED, CAP_NET_ADMIN",
  })
  void capabilitiesAreReadFromTheProcessStatus(String effective, Status status, String found) {
    machine.file(STATUS, "Name:\tjava\nCapEff:\t" + effective + "\n");
    assertLine("capabilities", status, found, status == Status.OK ? "" : "run as root");
  }

  @Test
  void anUnreadableStatusFailsItsLineAndLeavesTheOthers() {
    machine.without(STATUS);
    List<CheckResult> results = run();
    assertThat(line("capabilities", results).status()).isEqualTo(Status.FAILED);
    assertThat(line("bpffs", results).status()).isEqualTo(Status.OK);
    assertThat(Preflight.passed(results)).isFalse();
  }

  @Test
  void rootInAUserNamespaceIsNotEnough() {
    machine.file("proc/self/uid_map", "         0     100000      65536\n");
    assertLine("user namespace", Status.FAILED, "of its own", "hostUsers: true");
  }

  @Test
  void aPinDirectoryOutsideABpffsFailsWithTheMountCommand() {
    machine.withoutFileSystem("/sys/fs/bpf");
    assertLine("bpffs", Status.FAILED, "/sys/fs/bpf/sluice/main", "mount -t bpf bpf /sys/fs/bpf");
    pinDirectory = Path.of("/run/sluice/bpf");
    assertLine("bpffs", Status.FAILED, "/run/sluice/bpf", "--pin-dir");
  }

  @Test
  void aMissingCgroupMountFailsWithTheMountCommand() {
    machine.mounts("22 1 8:1 / / rw - ext4 /dev/sda1 rw");
    assertLine("cgroup root", Status.FAILED, "cannot be checked", "mount -t cgroup2");
  }

  @Test
  void aCgroupNamespaceOfItsOwnFails() {
    machine.cgroupNamespace("cgroup:[4026532999]");
    assertLine("cgroup root", Status.FAILED, "own cgroup namespace", "--cgroupns=host");
  }

  @Test
  void aGivenPartOfTheHierarchyIsAWarning() {
    cgroup = Optional.of(Path.of("/sys/fs/cgroup/system.slice"));
    assertLine("cgroup root", Status.WARNING, "given, a part", "leave --cgroup out");
  }

  @Test
  void anOldOrMissingLibbpfFailsWithThePackageName() {
    libbpf = () -> "1.0.4";
    assertLine("libbpf", Status.FAILED, "1.0.4", "apt-get install libbpf1");
    libbpf = () -> "v1.1";
    assertLine("libbpf", Status.OK, "1.1", "");
    libbpf =
        () -> {
          throw new UnsatisfiedLinkError("libbpf.so.1: cannot open");
        };
    assertLine("libbpf", Status.FAILED, "libbpf.so.1: cannot open", "apt-get install libbpf1");
    libbpf = () -> "unreleased";
    assertLine("libbpf", Status.WARNING, "unreleased", "libbpf 1.1");
  }

  @Test
  void theLowestMemoryLimitAboveTheProcessCounts() {
    machine.file("sys/fs/cgroup/system.slice/sluice/memory.max", Long.toString(400L << 20));
    assertLine("memory limit", Status.OK, "400.0 MiB; maps of 100.0 MiB", "");
    machine.file("sys/fs/cgroup/system.slice/memory.max", Long.toString(150L << 20));
    assertLine("memory limit", Status.WARNING, "150.0 MiB", "raise the memory limit");
    machine.file("sys/fs/cgroup/memory.max", Long.toString(64L << 20));
    assertLine("memory limit", Status.FAILED, "64.0 MiB", "raise the memory limit");
  }

  @Test
  void aMemoryLimitOfCgroupVersionOneCounts() {
    machine.mounts(
        "30 24 0:26 / /sys/fs/cgroup/unified rw - cgroup2 none rw",
        "31 24 0:27 / /sys/fs/cgroup/memory rw - cgroup none rw,memory");
    machine.file("proc/self/cgroup", "4:memory:/docker/abc\n0::/\n");
    machine.file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assertLine("memory limit", Status.OK, "none", "");
    machine.file("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "1048576\n");
    assertLine("memory limit", Status.FAILED, "1.0 MiB", "raise the memory limit");
  }

  @Test
  void aContainerThatSeesItsCgroupAsRootIsStillLimited() {
    machine.mounts(
        "31 24 0:27 /docker/abc /sys/fs/cgroup/memory rw - cgroup none rw,memory",
        "30 24 0:26 / /sys/fs/cgroup/unified rw - cgroup2 none rw");
    machine.file("proc/self/cgroup", "4:memory:/docker/abc\n0::/\n");
    machine.file("sys/fs/cgroup/memory/memory.limit_in_bytes", "2097152\n");
    assertLine("memory limit", Status.FAILED, "2.0 MiB", "raise the memory limit");
  }

  @Test
  void lockedMemoryMattersOnOldKernelsWithoutTheRightToRaiseIt() {
    assertLine("locked memory", Status.OK, "not limited", "");
    machine.file("proc/sys/kernel/osrelease", "5.10.0\n");
    assertLine("locked memory", Status.OK, "will be raised", "");
    machine.file(STATUS, "CapEff:\t000000c000001000\n");
    assertLine("locked memory", Status.FAILED, "65536 bytes", "ulimit -l unlimited");
    machine.file(
        "proc/self/limits",
        "Max locked memory         unlimited            unlimited            bytes\n");
    assertLine("locked memory", Status.OK, "unlimited", "");
  }

  @ParameterizedTest
  @CsvSource({
    "cil_from_netdev, Cilium",
    "cali_tc_preambl, Calico",
    "calico_connect4, Calico",
    "balancer_ingres, Katran"
  })
  void programsOfAnotherLoadBalancerAreNamed(String program, String owner) {
    machine.programs("sd_devices", program);
    assertLine(
        "other load balancers",
        Status.WARNING,
        "programs of " + owner + " (" + program,
        "only one");
  }

  @Test
  @ShowsRules(193)
  void rulesThatKubeProxyLeftAreNamed() {
    String name = "kube-proxy rules";
    machine.output("nft list chains", "table ip kube-proxy {\n\tchain services {\n\t}\n}\n");
    assertLine(name, Status.WARNING, "left over in nftables", "sluice migrate check");
    machine.output("nft list chains", "table ip nat {\n\tchain KUBE-SERVICES {\n\t}\n}\n");
    assertLine(name, Status.WARNING, "iptables (nftables variant)", "sluice migrate check");
    machine.output("nft list chains", "table ip nat {\n\tchain DOCKER {\n\t}\n}\n");
    assertLine(name, Status.OK, "none", "");
    machine.file("proc/net/ip_vs", "IP Virtual Server version 1.2.1\nTCP  0A600001:01BB rr\n");
    assertLine(name, Status.WARNING, "IPVS: 1 services", "sluice migrate check");
  }

  @Test
  void legacyTablesAreOnlyAskedForIfTheKernelHasThem() {
    String name = "kube-proxy rules";
    machine.output("iptables-save -t nat", "*nat\n:KUBE-SERVICES - [0:0]\nCOMMIT\n");
    assertLine(name, Status.OK, "none", "");
    assertThat(machine.commandsRun()).containsExactly("nft list chains");
    machine.file("proc/net/ip_tables_names", "nat\n");
    assertLine(name, Status.WARNING, "left over in iptables", "sluice migrate check");
    machine.file("proc/net/ip6_tables_names", "nat\n");
    machine.output("ip6tables-legacy-save -t nat", "*nat\n:KUBE-SERVICES - [0:0]\nCOMMIT\n");
    assertLine(name, Status.WARNING, "iptables, ip6tables", "sluice migrate check");
  }

  @Test
  void forwardingThatIsOffIsAWarningPerFamily() {
    machine.file("proc/sys/net/ipv4/ip_forward", "0\n");
    machine.file("proc/sys/net/ipv6/conf/all/forwarding", "0\n");
    assertLine("IPv4 forwarding", Status.WARNING, "= 0", "sysctl -w net.ipv4.ip_forward=1");
    assertLine(
        "IPv6 forwarding", Status.WARNING, "= 0", "sysctl -w net.ipv6.conf.all.forwarding=1");
    machine.without("proc/sys/net/ipv6/conf/all/forwarding");
    assertLine("IPv6 forwarding", Status.OK, "no IPv6", "");
  }

  @Test
  void sourcePortsMustNotBeNodePorts() {
    sourcePorts = PortRange.parse("32000-40000");
    assertLine("source NAT ports", Status.FAILED, "overlaps the node ports", "another range");
  }

  @Test
  void sourcePortsAmongThePortsOfSocketsAreReserved() {
    String name = "source NAT ports";
    assertLine(name, Status.OK, "apart from the ports of sockets", "");
    sourcePorts = PortRange.parse("50000-60999");
    assertLine(name, Status.OK, "will be reserved; the node's sockets keep 17232 ports", "");
    sourcePorts = PortRange.parse("32768-59999");
    assertLine(name, Status.WARNING, "keep 1000 ports", Sysctl.LOCAL_PORT_RANGE);
    machine.file("proc/sys/net/ipv4/ip_local_reserved_ports", "32768-59999\n");
    assertLine(name, Status.OK, "32768-59999, reserved", "");
  }

  @Test
  void nodePortsAmongThePortsOfSocketsShouldBeReserved() {
    machine.file("proc/sys/net/ipv4/ip_local_port_range", "1024\t65535\n");
    assertLine("node ports", Status.WARNING, "30000-32767 overlaps", "add 30000-32767 to net.ipv4");
    machine.file("proc/sys/net/ipv4/ip_local_reserved_ports", "30000-32767\n");
    assertLine("node ports", Status.OK, "reserved", "");
  }

  @Test
  void aLineSaysWhatToDoOnlyIfThereIsSomething() {
    assertThat(CheckResult.ok("kernel", "6.18").toString()).endsWith("6.18");
    assertThat(CheckResult.failed("kernel", "4.19", "upgrade").toString())
        .startsWith("FAILED")
        .endsWith("4.19 -> upgrade");
  }

  @Test
  void theRealMachineIsCheckedFromAPrivateNamespace() {
    try (PrivateNamespace namespace = new PrivateNamespace()) {
      namespace.run("ip link set lo up");
      Preflight preflight =
          new Preflight(
              Machine.real(),
              KernelFeatures.detect(Path.of("/")),
              new Preflight.Settings(
                  Path.of("/not/there/pins"),
                  Optional.empty(),
                  MAP_BYTES,
                  sourcePorts,
                  nodePorts,
                  libbpf));
      List<CheckResult> results = namespace.call(preflight::run);
      results.forEach(System.out::println);
      assertThat(line("kernel", results).status()).isEqualTo(Status.OK);
      assertThat(line("capabilities", results).status()).isEqualTo(Status.OK);
      assertThat(line("bpffs", results).status()).isEqualTo(Status.FAILED);
      // A fresh network namespace has no rules.
      assertThat(line("kube-proxy rules", results).status()).isEqualTo(Status.OK);
      boolean nft = namespace.tries("nft add table ip kube-proxy");
      if (nft) {
        namespace.run("nft add chain ip kube-proxy services");
        assertThat(line("kube-proxy rules", namespace.call(preflight::run)).found())
            .contains("nftables");
      } else {
        System.out.println("no nft here: left-over rules were not tried for real");
      }
    }
  }
}
