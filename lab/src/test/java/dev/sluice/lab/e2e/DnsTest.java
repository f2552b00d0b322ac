// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.BackgroundResolver;
import dev.sluice.lab.DnsAnswer;
import dev.sluice.lab.DnsProbe;
import dev.sluice.lab.Histogram;
import dev.sluice.lab.Host;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.PodHost;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.ResolverReport;
import dev.sluice.lab.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Cluster DNS: real name servers behind ClusterIPs, and clients that behave as resolvers do. */
@RequiresRoot
class DnsTest {
  private static final int QUERIES = 20_000;
  private static final int QUERIES_PER_SET = 2_000;
  private static final int QUERIES_WHILE_GOING = 500;
  private static final int QUERIES_PER_SECOND = 1_500;
  private static final Map<AddressFamily, Integer> CLIENT_PORTS =
      Map.of(AddressFamily.IPV4, 5300, AddressFamily.IPV6, 5301);
  private static final int ROUNDS = 2_000;
  private static final int TCP_QUERIES = 400;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** An answer after one retry came within the time-out, and a moment. */
  private static final Duration SLOWEST = Duration.ofMillis(1500);

  /** Who asks, and what its node's agent does for its sockets. */
  private enum Client {
    POD_WITH_HOOKS("pod-a"),
    NODE_WITH_HOOKS("node-1"),
    POD_WITHOUT_HOOKS("pod-c");

    private final String host;

    Client(String host) {
      this.host = host;
    }

    boolean hooked() {
      return this != POD_WITHOUT_HOOKS;
    }

    Host host() {
      return this == NODE_WITH_HOOKS ? cluster.lab().node(host) : cluster.lab().pod(host);
    }

    String node() {
      return this == POD_WITHOUT_HOOKS ? "node-2" : "node-1";
    }
  }

  /** One set of servers after the other, without a member in common. */
  private static final List<List<String>> SETS =
      List.of(List.of("ns-1"), List.of("ns-2"), List.of("ns-3", "ns-4"));

  private static final List<Dnsmasq> SERVERS = new ArrayList<>();

  private static Cluster cluster;

  @BeforeAll
  static void start() {
    cluster =
        Cluster.create(
            LabOptions.of(Layout.ROUTED)
                .withPods("node-1", "ns-1", "ns-3")
                .withPods("node-2", "ns-2", "ns-4")
                .withoutServers());
    Stream.of("ns-1", "ns-2", "ns-3", "ns-4")
        .forEach(pod -> SERVERS.add(Dnsmasq.start(cluster.lab(), pod(pod))));
    cluster.startAgent("node-1");
    cluster.startAgent("node-2", "--socket-hooks", "off");
  }

  @AfterAll
  static void stop() {
    SERVERS.forEach(Dnsmasq::close);
    cluster.close();
  }

  private static PodHost pod(String name) {
    return cluster.lab().pod(name);
  }

  @Test
  @ShowsRules({170, 178})
  void noQueryWaitsLongerThanOneRetryWhileServersComeAndGo() {
    NameService service = NameService.of("replaced", 1).on(set(0));
    service.applyTo(cluster);
    List<Resolving> resolvers = startResolvers(service);
    int replaced = 0;
    for (int asked = QUERIES_PER_SET; asked < QUERIES; asked += QUERIES_PER_SET) {
      awaitProgress(resolvers, asked);
      List<PodHost> going = set(replaced);
      replaced++;
      service = service.on(set(replaced));
      if (replaced % 2 == 0) {
        service.whileGoing(going).applyTo(cluster);
        awaitProgress(resolvers, asked + QUERIES_WHILE_GOING);
        resolvers.forEach(resolving -> resolving.assertAnsweredBy(going));
      }
      service.applyTo(cluster);
      List<PodHost> present = set(replaced);
      resolvers.forEach(resolving -> resolving.awaitAnswerBy(present));
    }
    for (Resolving resolving : resolvers) {
      assertThat(resolving.resolver().progress())
          .as("%s: queries before the last change", resolving)
          .isLessThan(QUERIES);
    }
    for (Resolving resolving : resolvers) {
      resolving.assertUndisturbed(replaced);
    }
  }

  /** One resolver of each kind of client and in each family, all at once. */
  private static List<Resolving> startResolvers(NameService service) {
    List<Resolving> resolvers = new ArrayList<>();
    for (Client client : Client.values()) {
      for (AddressFamily family : AddressFamily.values()) {
        // One source port throughout, also where the socket is another.
        Target target = service.target(family).fromPort(CLIENT_PORTS.get(family));
        DnsProbe dns = client.host().probe().dns();
        resolvers.add(
            new Resolving(client, family, dns.startResolver(target, QUERIES, QUERIES_PER_SECOND)));
      }
    }
    return resolvers;
  }

  private static void awaitProgress(List<Resolving> resolvers, int queries) {
    resolvers.forEach(resolving -> resolving.resolver().awaitProgress(queries, PATIENCE));
  }

  /** A resolver at work. */
  private record Resolving(Client client, AddressFamily family, BackgroundResolver resolver) {
    void assertAnsweredBy(List<PodHost> pods) {
      assertThat(resolver.server())
          .as("%s: who answers while the old servers are terminating", this)
          .isIn(addresses(pods));
    }

    void awaitAnswerBy(List<PodHost> pods) {
      List<String> servers = addresses(pods);
      Await.until(
          "%s answered by %s".formatted(this, servers), () -> servers.contains(resolver.server()));
    }

    private List<String> addresses(List<PodHost> pods) {
      return pods.stream().map(pod -> pod.address(family).getHostAddress()).toList();
    }

    void assertUndisturbed(int replaced) {
      ResolverReport report = resolver.await(PATIENCE);
      System.out.printf(
          "%s, servers replaced %d times: %d queries, %d retries, %d sockets opened anew %s,"
              + " slowest %d ms, %s%n",
          this,
          replaced,
          report.queries(),
          report.retries(),
          report.reopened(),
          report.errors(),
          report.slowest().toMillis(),
          report.answers());
      assertThat(report.failed()).as("%s: queries without an answer", this).isZero();
      assertThat(report.misnamed()).as("%s: answers from elsewhere", this).isZero();
      assertThat(report.slowest()).as("%s", this).isLessThan(SLOWEST);
      assertThat(report.answers())
          .as("%s: who answered", this)
          .hasSizeGreaterThanOrEqualTo(SETS.size());
      assertThat(report.reopened())
          .as("%s: sockets that died, translated to a removed backend", this)
          .isEqualTo(client.hooked() ? replaced : 0);
    }

    @Override
    public String toString() {
      return client + " " + family;
    }
  }

  /** A reply by a server tells nothing but the server: which VIP was asked is to be remembered. */
  @ParameterizedTest
  @CsvSource({
    "POD_WITH_HOOKS, IPV4",
    "POD_WITH_HOOKS, IPV6",
    "NODE_WITH_HOOKS, IPV4",
    "NODE_WITH_HOOKS, IPV6",
    "POD_WITHOUT_HOOKS, IPV4",
    "POD_WITHOUT_HOOKS, IPV6"
  })
  void twoNameServersAreAskedFromOneSocket(Client client, AddressFamily family) {
    NameService first = NameService.of("first", 2).on(pod("ns-1"));
    NameService second = NameService.of("second", 3).on(pod("ns-2"));
    assertNamedAsAsked(client, family, first, second);
  }

  /** A node's own socket cannot do this: it has no packet path. */
  @ParameterizedTest
  @CsvSource({
    "POD_WITH_HOOKS, IPV4, ns-3",
    "POD_WITH_HOOKS, IPV6, ns-3",
    "POD_WITH_HOOKS, IPV4, ns-4",
    "POD_WITHOUT_HOOKS, IPV4, ns-3",
    "POD_WITHOUT_HOOKS, IPV6, ns-4"
  })
  void twoNameServersThatAreOnePodAreToldApart(Client client, AddressFamily family, String server) {
    NameService first = NameService.of("first", 2).on(pod(server));
    NameService second = NameService.of("second", 3).on(pod(server));
    Verdicts verdicts = assertNamedAsAsked(client, family, first, second);
    if (client.hooked()) {
      assertThat(verdicts.of("socket", "connected")).as("asked by the hooks").isEqualTo(ROUNDS);
      assertThat(verdicts.of("socket", "pass_left_to_packets")).isEqualTo(ROUNDS);
      assertThat(verdicts.of("tc_ingress", "opened_local")).as("flows for the rest").isOne();
    }
  }

  @ParameterizedTest
  @EnumSource
  void twoNameServersWithTheSamePodsAreGivenDifferentOnes(Client client) {
    List<PodHost> both = List.of(pod("ns-1"), pod("ns-2"));
    NameService first = NameService.of("first", 2).on(both);
    NameService second = NameService.of("second", 3).on(both);
    Verdicts verdicts = askByTurns(client, AddressFamily.IPV4, first, second).verdicts();
    if (client.hooked()) {
      assertThat(verdicts.of("socket", "connected")).isEqualTo(2 * ROUNDS);
    }
  }

  /** Every answer comes from the VIP that was asked, and was given by the one pod behind it. */
  private static Verdicts assertNamedAsAsked(
      Client client, AddressFamily family, NameService first, NameService second) {
    Map<String, Integer> expected = new TreeMap<>();
    for (NameService service : List.of(first, second)) {
      String vip = service.target(family).address().getHostAddress();
      String pod = service.ready().getFirst().address(family).getHostAddress();
      expected.put(vip + "/" + pod, ROUNDS);
    }
    Asked asked = askByTurns(client, family, first, second);
    assertThat(asked.answers()).isEqualTo(expected);
    return asked.verdicts();
  }

  /** What was answered, and what the agent of the client's node counted. */
  private record Asked(Map<String, Integer> answers, Verdicts verdicts) {}

  private static Asked askByTurns(
      Client client, AddressFamily family, NameService first, NameService second) {
    first.applyTo(cluster);
    second.applyTo(cluster);
    Host host = client.host();
    DnsProbe dns = host.probe().dns();
    Verdicts before = cluster.verdicts(client.node());
    Histogram histogram = dns.byTurns(List.of(first.target(family), second.target(family)), ROUNDS);
    Verdicts verdicts = cluster.settledVerdicts().get(client.node()).since(before);
    System.out.printf("%s, %s, two VIPs by turns: %s; %s%n", client, family, histogram, verdicts);
    assertThat(histogram.failures()).as("lost, or from another address than asked").isEmpty();
    return new Asked(histogram.answers(), verdicts);
  }

  @ParameterizedTest
  @EnumSource
  void queriesByTcpAreAnswered(Client client) {
    NameService service = NameService.of("stream", 4).on(pod("ns-1"), pod("ns-2"));
    service.applyTo(cluster);
    for (AddressFamily family : AddressFamily.values()) {
      DnsAnswer big = client.host().probe().dns().textsOverTcp(service.target(family), "big.lab");
      assertThat(big.truncated()).isFalse();
      assertThat(big.textBytes()).isEqualTo(Dnsmasq.textBytes()).isGreaterThan(8000);
      Histogram many =
          client.host().probe().dns().overTcpMany(service.target(family), "a.lab", TCP_QUERIES);
      System.out.printf(
          "%s, %s, by TCP: an answer of %d bytes, and %s%n", client, family, big.bytes(), many);
      assertThat(many.failures()).isEmpty();
      assertThat(many.answered()).isEqualTo(TCP_QUERIES);
      assertThat(many.answers()).as("servers").hasSize(2);
    }
  }

  private static List<PodHost> set(int number) {
    return SETS.get(number % SETS.size()).stream().map(DnsTest::pod).toList();
  }
}
