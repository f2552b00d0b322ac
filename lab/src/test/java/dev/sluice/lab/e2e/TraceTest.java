// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Failure;
import dev.sluice.lab.Host;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.OpenConnection;
import dev.sluice.lab.ProbeException;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a trace says of a packet is what the next real one like it meets. */
@RequiresRoot
@ParameterizedClass
@EnumSource
final class TraceTest {
  private static final String NODE = "node-1";
  private static final int SERVER_PORT = 9000;
  private static final Duration SILENCE = Duration.ofSeconds(1);

  private static Cluster cluster;
  private static int nextPort = 5000;

  @Parameter private Layout layout;

  @BeforeParameterizedClassInvocation
  static void start(Layout layout) {
    cluster =
        Cluster.create(
            LabOptions.of(layout),
            "--socket-hooks",
            "node",
            "--proxy-mode",
            "nftables",
            "--cluster-cidr",
            "10.1.0.0/16,fd10:1::/32",
            "--service-cidr",
            "10.96.0.0/16,fd96::/108");
    cluster.apply("both.yaml", service("both", 1, "type: NodePort", 30201));
    cluster.apply("both-endpoints.yaml", endpoints("both", "ready: true", "pod-b", "pod-c"));
    cluster.apply(
        "far.yaml", service("far", 2, "type: NodePort, externalTrafficPolicy: Local", 30202));
    cluster.apply("far-endpoints.yaml", endpoints("far", "ready: true", "pod-c"));
    cluster.apply("nobody.yaml", service("nobody", 3, "type: ClusterIP", 0));
    cluster.apply(
        "guarded.yaml",
        service(
            "guarded",
            4,
            "type: LoadBalancer, loadBalancerSourceRanges: [198.18.0.0/16, \"fd00:18::/64\"]",
            0));
    cluster.apply("guarded-endpoints.yaml", endpoints("guarded", "ready: true", "pod-b"));
    cluster.apply("sticky.yaml", service("sticky", 5, "sessionAffinity: ClientIP", 0));
    cluster.apply("sticky-endpoints.yaml", endpoints("sticky", "ready: true", "pod-b", "pod-c"));
    cluster.apply("leaving.yaml", service("leaving", 6, "type: ClusterIP", 0));
    cluster.apply(
        "leaving-endpoints.yaml",
        endpoints("leaving", "ready: false, serving: true, terminating: true", "pod-b"));
    cluster.apply("self.yaml", service("self", 7, "type: ClusterIP", 0));
    cluster.apply("self-endpoints.yaml", endpoints("self", "ready: true", "pod-a"));
    cluster.startAgents();
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    cluster.close();
  }

  private static String service(String name, int number, String more, int nodePort) {
    return """
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s, namespace: traced}
        spec: {clusterIP: 10.96.2.%2$d, clusterIPs: [10.96.2.%2$d, "fd96::2:%2$d"], ipFamilies: [IPv4, IPv6],
          ports: [{name: main, port: 80%4$s}], %3$s}
        status: {loadBalancer: {ingress: [{ip: 203.0.113.20%2$d}, {ip: "fd20:113::20%2$d"}]}}
        """
        .formatted(name, number, more, nodePort == 0 ? "" : ", nodePort: " + nodePort);
  }

  private static String endpoints(String service, String conditions, String... pods) {
    StringBuilder yaml = new StringBuilder();
    for (AddressFamily family : AddressFamily.values()) {
      yaml.append(
          """
          apiVersion: discovery.k8s.io/v1
          kind: EndpointSlice
          metadata: {name: %1$s-%2$s, namespace: traced, labels: {kubernetes.io/service-name: %1$s}}
          addressType: %3$s
          ports: [{name: main, port: %4$d}]
          endpoints:
          """
              .formatted(
                  service, pick(family, "4", "6"), pick(family, "IPv4", "IPv6"), SERVER_PORT));
      for (String pod : pods) {
        yaml.append(
            "- {addresses: [\"%s\"], nodeName: %s, conditions: {%s}}%n"
                .formatted(
                    cluster.lab().pod(pod).address(family).getHostAddress(),
                    cluster.lab().pod(pod).node().name(),
                    conditions));
      }
      yaml.append("---\n");
    }
    return yaml.toString();
  }

  private static String pick(AddressFamily family, String ipv4, String ipv6) {
    return switch (family) {
      case IPV4 -> ipv4;
      case IPV6 -> ipv6;
    };
  }

  private static String clusterIp(int number, AddressFamily family) {
    return pick(family, "10.96.2." + number, "fd96::2:" + number);
  }

  private static String balancerIp(int number, AddressFamily family) {
    return pick(family, "203.0.113.20" + number, "fd20:113::20" + number);
  }

  private static String address(Host host, AddressFamily family) {
    return host.address(family).getHostAddress();
  }

  private static Host pod() {
    return cluster.lab().pod("pod-a");
  }

  private static Host client() {
    return cluster.lab().client();
  }

  private static Host node() {
    return cluster.lab().node(NODE);
  }

  /** Each connection has a source port of its own. */
  private static synchronized int newPort() {
    return nextPort++;
  }

  private static JsonNode trace(Host from, Target target) {
    String source = from.address(AddressFamily.of(target.address())).getHostAddress();
    String question =
        new ObjectMapper()
            .createObjectNode()
            .put("protocol", "TCP")
            .put("source", source)
            .put("sourcePort", target.sourcePort())
            .put("destination", target.address().getHostAddress())
            .put("port", target.port())
            .put("from", "")
            .put("device", "")
            .toString();
    return Await.ask(cluster.lab().node(NODE), "trace " + question);
  }

  /**
   * Traces a connection, then makes it: counters, client and server must agree with the trace.
   *
   * @param reason that is expected of both
   * @return the trace
   */
  private static JsonNode check(Host from, String address, int port, String reason) {
    Target target = Target.of(address, port).within(SILENCE).fromPort(newPort());
    JsonNode trace = trace(from, target);
    assertThat(trace.at("/verdict/reason").asText()).as("%s", trace).isEqualTo(reason);
    Verdicts before = cluster.verdicts(NODE);
    switch (trace.at("/verdict/outcome").asText()) {
      case "forward" -> assertAnswered(trace, from.probe().connect(target).server(), target);
      case "reject" -> assertFails(from, target, Failure.REFUSED);
      case "drop" -> assertFails(from, target, Failure.TIMED_OUT);
      default -> throw new AssertionError("no verdict of these: " + trace);
    }
    String hook = from == node() ? "socket" : "tc_ingress";
    assertThat(cluster.verdicts(NODE).since(before).of(hook, reason)).as(reason).isPositive();
    return trace;
  }

  private static void assertFails(Host from, Target target, Failure failure) {
    ProbeException thrown =
        catchThrowableOfType(ProbeException.class, () -> from.probe().connect(target));
    assertThat(thrown).as("%s from %s fails", target, from).isNotNull();
    assertThat(thrown.failure()).isEqualTo(failure);
  }

  private static void assertAnswered(JsonNode trace, String server, Target target) {
    AddressFamily family = AddressFamily.of(target.address());
    String answered = withPort(address(cluster.lab().pod(server), family), family);
    JsonNode backend = trace.get("backend");
    if (backend.get("by").asText().equals("random")) {
      assertThat(candidates(trace)).contains(answered, backend.get("address").asText());
      assertThat(backend.get("candidates").asInt()).isEqualTo(candidates(trace).size());
      if (candidates(trace).size() > 1) {
        return;
      }
    }
    assertThat(backend.get("address").asText()).isEqualTo(answered);
  }

  private static String withPort(String address, AddressFamily family) {
    return pick(family, address + ":", "[" + short6(address) + "]:") + SERVER_PORT;
  }

  /** As RFC 5952 writes what Java writes in full. */
  private static String short6(String address) {
    return address.replaceFirst("(^|:)0(:0)+(:|$)", "::");
  }

  private static List<String> candidates(JsonNode trace) {
    return StreamSupport.stream(trace.at("/list/candidates").spliterator(), false)
        .map(candidate -> candidate.get("address").asText())
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void aPodsPacketMeetsWhatItsTraceSays(AddressFamily family) {
    JsonNode both = check(pod(), clusterIp(1, family), 80, "opened_local");
    assertThat(both.at("/wayIn/from").asText()).isEqualTo("pod");
    assertThat(both.at("/wayIn/role").asText())
        .isEqualTo(layout == Layout.ROUTED ? "pod" : "bridge");
    assertThat(both.at("/list/side").asText()).isEqualTo("internal");
    assertThat(candidates(both)).hasSize(2);
    JsonNode here = check(pod(), address(node(), family), 30202, "opened_local");
    assertThat(here.at("/list/policy").asText()).contains("short-circuited");
    check(pod(), clusterIp(3, family), 80, "reject_no_backend");
    JsonNode leaving = check(pod(), clusterIp(6, family), 80, "opened_local");
    assertThat(leaving.at("/list/reason").asText()).isEqualTo("terminating_fallback");
    JsonNode self = check(pod(), clusterIp(7, family), 80, "opened_hairpin");
    assertThat(self.at("/translation/leavesBy")).isEqualTo(self.at("/wayIn/device"));
    JsonNode closed = check(pod(), clusterIp(1, family), 81, "reject_no_backend");
    assertThat(closed.at("/frontend/kind").asText()).isEqualTo("closed_address");
    check(pod(), clusterIp(99, family), 80, "drop_unallocated");
  }

  @ParameterizedTest
  @EnumSource
  void aStrangersPacketMeetsWhatItsTraceSays(AddressFamily family) {
    String node = address(node(), family);
    for (int connection = 0; connection < 8; connection++) {
      Target target = Target.of(node, 30201).fromPort(nextPort);
      String reason = trace(client(), target).at("/verdict/reason").asText();
      JsonNode trace = check(client(), node, 30201, reason);
      assertThat(trace.at("/backend/by").asText()).isEqualTo("maglev");
      assertThat(trace.at("/wayIn/from").asText()).isEqualTo("external");
      assertThat(reason)
          .isEqualTo(trace.at("/backend/local").asBoolean() ? "opened_local" : "opened_remote");
    }
    JsonNode far = check(client(), node, 30202, "drop_no_backend");
    assertThat(far.at("/list/reason").asText()).isEqualTo("none_here");
    cluster.lab().routeExternal(balancerIp(4, family), NODE);
    check(client(), balancerIp(4, family), 80, "drop_source");
  }

  @ParameterizedTest
  @EnumSource
  void aSocketOfTheNodeMeetsWhatItsTraceSays(AddressFamily family) {
    JsonNode both = check(node(), clusterIp(1, family), 80, "connected");
    assertThat(both.at("/wayIn/from").asText()).isEqualTo("node");
    check(node(), clusterIp(6, family), 80, "connected");
    check(node(), clusterIp(3, family), 80, "reject_no_backend");
    check(node(), clusterIp(1, family), 81, "reject_no_backend");
  }

  @ParameterizedTest
  @EnumSource
  void aClientsPinAndFlowAreSeen(AddressFamily family) {
    Target first = Target.of(clusterIp(5, family), 80).fromPort(newPort());
    try (OpenConnection connection = pod().probe().open(first)) {
      String server = connection.connection().server();
      String backend = withPort(address(cluster.lab().pod(server), family), family);

      JsonNode flow = trace(pod(), first);
      assertThat(flow.at("/flow/state").asText()).isEqualTo("established");
      assertThat(flow.at("/flow/backend").asText()).isEqualTo(backend);
      assertThat(flow.at("/verdict/reason").asText()).isEqualTo("forwarded");
      assertThat(flow.at("/backend/by").asText()).isEqualTo("flow");
      assertThat(flow.at("/backend/address").asText()).isEqualTo(backend);

      JsonNode next = check(pod(), clusterIp(5, family), 80, "opened_local");
      assertThat(next.at("/backend/by").asText()).isEqualTo("pin");
      assertThat(next.at("/backend/address").asText()).isEqualTo(backend);
      assertThat(next.at("/backend/pinAgeSeconds").asDouble()).isBetween(0.0, 60.0);
    }
  }

  @Test
  void theCommandExplainsAndLeavesTheCountersAlone() throws Exception {
    String source = address(pod(), AddressFamily.IPV4);
    Verdicts before = cluster.settledVerdicts().get(NODE);

    String text = cluster.sluice(NODE, "trace", "tcp", source, "10.96.2.6:80");
    JsonNode json =
        new ObjectMapper()
            .readTree(cluster.sluice(NODE, "trace", "tcp", source, "10.96.2.6:80", "-o", "json"));

    assertThat(text)
        .contains("frontend    ClusterIP 10.96.2.6:80 of Service traced/leaving:main")
        .contains("verdict     forward (opened_local)");
    assertThat(json.at("/verdict/reason").asText()).isEqualTo("opened_local");
    assertThat(cluster.verdicts(NODE).since(before).translations()).isEmpty();
  }
}
