// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.RequiresRoot;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** From kube-proxy's rules to Sluice and back, with connections that are open meanwhile. */
@RequiresRoot
final class MigrateTest {
  private static final String MUST = "before the cleanup: ";

  private static Cluster cluster(String... arguments) {
    Cluster cluster = Cluster.create(LabOptions.of(Layout.ROUTED), arguments);
    for (ServiceFile service : ProxiedConnections.services(cluster.lab())) {
      cluster.apply(service.name() + ".yaml", service.yaml());
    }
    return cluster;
  }

  private static void writeRules(KubeProxyRules proxy, Lab lab) {
    proxy.write(
        lab.node("node-1"),
        lab.directory(),
        ProxiedConnections.services(lab).toArray(ServiceFile[]::new));
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules(193)
  void connectionsAndRulesOfOthersSurviveTheWayToSluice(KubeProxyRules proxy) {
    assumeTrue(proxy.isInstalled(), "there is no " + proxy.program());
    try (Cluster cluster = cluster("--beside-kube-proxy")) {
      Lab lab = cluster.lab();
      NodeHost node = lab.node("node-1");
      proxy.writeOthers(node, lab.directory());
      String ofOthers = proxy.saved(node);
      writeRules(proxy, lab);
      try (ProxiedConnections connections = ProxiedConnections.open(lab)) {
        assertThat(MigrateCommandRun.on(node, "check").status()).isEqualTo(1);

        cluster.startAgents();
        connections.checkAll("with Sluice beside");

        String before = proxy.saved(node);
        MigrateCommandRun dry = MigrateCommandRun.on(node, "cleanup");
        assertThat(dry.status()).as(dry.text()).isEqualTo(1);
        assertThat(dry.text()).contains("WOULD_REMOVE").contains("nothing was changed");
        assertThat(proxy.saved(node)).isEqualTo(before).isNotEqualTo(ofOthers);

        MigrateCommandRun cleanup = MigrateCommandRun.on(node, "cleanup", "--yes");
        System.out.print(cleanup.text());
        assertThat(cleanup.status()).as(cleanup.text()).isZero();
        assertThat(proxy.saved(node)).isEqualTo(ofOthers);
        connections.checkAll("without kube-proxy's rules");
      }

      MigrateCommandRun clean = MigrateCommandRun.on(node, "check");
      System.out.print(clean.text());
      assertThat(clean.status()).as(clean.text()).isZero();
      assertThat(clean.text()).endsWith("nothing of kube-proxy is in the way\n");
      try (ProxiedConnections anew = ProxiedConnections.open(lab)) {
        anew.checkAll("new ones, by Sluice");
      }
      assertThat(MigrateCommandRun.on(node, "cleanup", "--yes"))
          .isEqualTo(new MigrateCommandRun(0, "nothing of kube-proxy is here\n"));
    }
  }

  /** Their packets look like those of a flow that was lost: the reason for that option. */
  @Test
  void withoutTheOptionConnectionsFromOutsideToPodsOfTheNodeEnd() {
    KubeProxyRules proxy = KubeProxyRules.IPTABLES_LEGACY;
    assumeTrue(proxy.isInstalled(), "there is no " + proxy.program());
    try (Cluster cluster = cluster()) {
      writeRules(proxy, cluster.lab());
      try (ProxiedConnections connections = ProxiedConnections.open(cluster.lab())) {
        cluster.startAgents();
        assertThat(connections.ended("with Sluice beside"))
            .hasSize(4)
            .allMatch(name -> name.startsWith("client to near "));
      }
    }
  }

  /** Rules first, then the end of Sluice: so there is no moment without a proxy. */
  @ParameterizedTest
  @EnumSource
  void onTheWayBackConnectionsThatSocketHooksMadeSurvive(KubeProxyRules proxy) {
    assumeTrue(proxy.isInstalled(), "there is no " + proxy.program());
    try (Cluster cluster = cluster()) {
      Lab lab = cluster.lab();
      cluster.startAgents();
      try (ProxiedConnections connections = ProxiedConnections.open(lab)) {
        writeRules(proxy, lab);
        connections.checkAll("with kube-proxy's rules beside");

        cluster.agent("node-1").terminate();
        cluster.sluice("node-1", "detach");

        try (ProxiedConnections anew = ProxiedConnections.open(lab)) {
          anew.checkAll("new ones, by kube-proxy's rules");
        }
        assertThat(connections.ended("detached"))
            .hasSize(8)
            .allMatch(name -> name.startsWith("client to "));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whereForwardDropsByDefaultTheCheckNamesTheRulesThatAreMissing(KubeProxyRules proxy) {
    assumeTrue(proxy.isInstalled(), "there is no " + proxy.program());
    try (Cluster cluster = cluster("--beside-kube-proxy")) {
      Lab lab = cluster.lab();
      NodeHost node = lab.node("node-1");
      writeRules(proxy, lab);
      proxy.dropByDefault(node);
      cluster.startAgents();
      String where = "(ip6?tables-(legacy|nft) FORWARD|nftables forward)";
      String[] check = {"check", "--cluster-cidr", "10.1.0.0/16,fd10:1::/32"};

      List<String> todo = MigrateCommandRun.on(node, check).lines("TODO", where);
      todo.forEach(System.out::println);
      assertThat(todo).isNotEmpty();
      for (String line : todo) {
        String commands = line.substring(line.indexOf(MUST) + MUST.length());
        Arrays.stream(commands.split("; ")).forEach(command -> node.run("sh", "-c", command));
      }

      assertThat(MigrateCommandRun.on(node, check).lines("TODO", where)).isEmpty();
      assertThat(MigrateCommandRun.on(node, "cleanup", "--yes").status()).isZero();
      assertThat(MigrateCommandRun.on(node, check).status()).isZero();
      try (ProxiedConnections connections = ProxiedConnections.open(lab)) {
        connections.checkAll("through a FORWARD chain that drops by default");
      }
    }
  }
}
