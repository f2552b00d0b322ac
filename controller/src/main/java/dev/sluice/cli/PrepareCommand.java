// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.node.BpfFileSystem;
import dev.sluice.node.Machine;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "prepare",
    description = {
      "Does what an agent with few rights may not do itself: mounts a bpffs, unless --pin-dir is in",
      "one, sets the sysctls that 'sluice run' sets, and keeps the ports of --snat-ports from sockets.",
      "Takes the options of 'sluice run'. In Kubernetes an init container with all rights does so."
    },
    mixinStandardHelpOptions = true)
final class PrepareCommand implements Callable<Integer> {
  @Option(
      names = "--bpffs",
      paramLabel = "DIR",
      defaultValue = "/sys/fs/bpf",
      description = "where to mount a bpffs (default: ${DEFAULT-VALUE})")
  private Path mountPoint;

  @Mixin private InstanceOptions instance;
  @Mixin private RunOptions options;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    EffectiveConfiguration configuration = EffectiveConfiguration.of(spec, options);
    if (!BpfFileSystem.contains(Machine.real(), instance.pinParent())) {
      requireAbovePins();
      BpfFileSystem.mount(mountPoint);
      spec.commandLine().getOut().println("mounted a bpffs on " + mountPoint);
    }
    NodePreparation.setSysctls(configuration.kubeProxy());
    new ReservedPorts(instance.reservedPorts()).reserve(options.snatPorts());
    return 0;
  }

  private void requireAbovePins() {
    if (!instance.pinParent().normalize().startsWith(mountPoint.normalize())) {
      throw new IllegalArgumentException(
          "--pin-dir %s is neither in a bpffs nor below --bpffs %s"
              .formatted(instance.pinParent(), mountPoint));
    }
  }
}
