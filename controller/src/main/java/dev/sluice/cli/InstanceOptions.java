// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.dataplane.PinDirectory;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which instance on this node is meant. */
final class InstanceOptions {
  @Option(
      names = "--instance",
      paramLabel = "NAME",
      defaultValue = "default",
      description = "name of the instance on this node (default: ${DEFAULT-VALUE})")
  private String instance;

  @Option(
      names = "--pin-dir",
      paramLabel = "DIR",
      defaultValue = "/sys/fs/bpf/sluice",
      description =
          "directory in a bpffs; the instance's maps and links are pinned below it"
              + " (default: ${DEFAULT-VALUE})")
  private Path pinDirectory;

  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      defaultValue = "/run/sluice",
      description = "directory for the admin socket and state (default: ${DEFAULT-VALUE})")
  private Path runDirectory;

  String instance() {
    return instance;
  }

  PinDirectory pins() {
    return new PinDirectory(pinDirectory.resolve(instance));
  }

  Path pinParent() {
    return pinDirectory;
  }

  Path adminSocket() {
    return runDirectory.resolve(instance + ".sock");
  }

  Path reservedPorts() {
    return runDirectory.resolve(instance + ".reserved-ports");
  }

  /** Says how to name this instance again. */
  String description() {
    return "instance '" + instance + "' (pinned in " + pins().path() + ")";
  }
}
