// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.source.ServiceSource;
import dev.sluice.source.kubernetes.ApiAccess;
import dev.sluice.source.kubernetes.KubernetesSource;
import dev.sluice.source.manifests.ManifestDirectory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where Services come from: a directory, or the Kubernetes API. */
final class SourceOptions {
  @Option(
      names = "--manifests",
      paramLabel = "DIR",
      description =
          "directory of YAML or JSON files with Services and EndpointSlices, as kubectl get -o yaml"
              + " prints them (default: the Kubernetes API)")
  private Path manifests;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "how to reach the Kubernetes API (default: as a pod's service account)")
  private Path kubeconfig;

  @Option(
      names = {"--api-server", "--master"},
      paramLabel = "URL",
      split = ",",
      description = {
        "the API servers' real addresses, best first; another one is asked when one does not answer",
        "(default: that of the kubeconfig, else KUBERNETES_SERVICE_HOST, which is a ClusterIP: it",
        "cannot be reached on a node where nothing but Sluice serves it)"
      })
  private List<String> apiServers = List.of();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /**
   * The source that was chosen; it is not read yet.
   *
   * @param nodeName the name of this node's Node object
   * @throws IllegalArgumentException if the options contradict each other
   * @throws dev.sluice.source.SourceException if they choose none
   */
  ServiceSource open(String nodeName) {
    if (!readsManifests()) {
      return new KubernetesSource(
          ApiAccess.find(
              Optional.ofNullable(kubeconfig),
              apiServers.stream().map(String::strip).toList(),
              System.getenv(),
              ApiAccess.SERVICE_ACCOUNT),
          nodeName);
    }
    return new ManifestDirectory(manifests);
  }

  /** Where a file and the command line name one each, the command line's is meant. */
  private boolean readsManifests() {
    if (manifests == null || (kubeconfig == null && apiServers.isEmpty())) {
      return manifests != null;
    }
    boolean manifestsGiven = isGiven("--manifests");
    if (manifestsGiven == (isGiven("--kubeconfig") || isGiven("--api-server"))) {
      throw new IllegalArgumentException(
          "--manifests and %s are two sources; give one of them"
              .formatted(kubeconfig == null ? "--api-server" : "--kubeconfig"));
    }
    return manifestsGiven;
  }

  /** On the command line, not in a file. */
  private boolean isGiven(String option) {
    return command.commandLine().getParseResult().hasMatchedOption(option);
  }
}
