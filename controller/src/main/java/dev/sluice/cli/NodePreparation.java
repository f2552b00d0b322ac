// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.config.KubeProxyConfiguration;
import dev.sluice.node.ConntrackSysctls;
import dev.sluice.node.OutOfMemoryScore;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What kube-proxy sets on a node beside its rules (rules 182 and 217). None of it is needed to
 * forward, so what cannot be set is a warning.
 */
final class NodePreparation {
  private static final Logger LOG = LoggerFactory.getLogger(NodePreparation.class);
  private static final Path ROOT = Path.of("/");

  private NodePreparation() {}

  /** Sets the sysctls of connection tracking; call it in the node's network namespace. */
  static void setSysctls(KubeProxyConfiguration configuration) {
    ConntrackSysctls.Result result =
        new ConntrackSysctls(ROOT).apply(Conntrack.settings(configuration));
    result.changes().forEach(LOG::info);
    result.warnings().forEach(LOG::warn);
  }

  static void setOutOfMemoryScore(KubeProxyConfiguration configuration) {
    new OutOfMemoryScore(ROOT).adjust(configuration.integer("oomScoreAdj")).ifPresent(LOG::warn);
  }
}
