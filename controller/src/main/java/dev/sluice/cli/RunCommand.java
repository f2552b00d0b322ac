// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.dataplane.Aside;
import dev.sluice.dataplane.DataplaneException;
import dev.sluice.dataplane.LoadOptions;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.loader.Libbpf;
import dev.sluice.node.CheckResult;
import dev.sluice.node.KernelFeatures;
import dev.sluice.node.Machine;
import dev.sluice.node.Preflight;
import dev.sluice.source.ServiceSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "run",
    description = {
      "Runs the agent: forwards Service traffic as the Kubernetes API says, or the manifests in a",
      "directory, and follows them.",
      "On SIGTERM it stops and leaves the data plane at work; 'sluice detach' takes that away."
    },
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  @Option(
      names = "--detach-on-exit",
      description = "take everything away again when the agent is stopped")
  private boolean detachOnExit;

  @Option(
      names = "--write-config-to",
      paramLabel = "FILE",
      description = "write all settings that are in force to a file for --config, and exit")
  private Path writeConfigTo;

  @Option(
      names = "--init-only",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "set the sysctls that the agent sets at its start, and exit")
  private boolean initOnly;

  @Option(
      names = "--cleanup",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      hidden = true,
      description = "refused, as what it is to remove has commands of its own")
  private boolean cleanup;

  @Mixin private InstanceOptions instance;
  @Mixin private RunOptions options;

  @Spec private CommandSpec spec;

  /**
   * Links what will be called of libc and libbpf, beside the reading of the command line, which
   * takes a fresh JVM as long. Whatever fails is for those to tell who need it.
   */
  static void warmUp() {
    Thread.ofPlatform()
        .daemon()
        .name("warm-up")
        .start(
            () -> {
              try {
                KernelFeatures.detect(Path.of("/"));
                Libbpf.require();
              } catch (RuntimeException e) {
                LOG.debug("not warmed up", e);
              }
            });
  }

  @Override
  public Integer call() throws InterruptedException {
    EffectiveConfiguration configuration = configuration();
    if (cleanup) {
      throw new IllegalArgumentException(
          "--cleanup: 'sluice detach' takes an instance away, 'sluice migrate cleanup' what kube-proxy"
              + " has left");
    }
    if (writeConfigTo != null) {
      write(configuration);
      return 0;
    }
    configuration.warnings().forEach(LOG::warn);
    configuration.notices().forEach(LOG::info);
    NodePreparation.setSysctls(configuration.kubeProxy());
    if (initOnly) {
      new ReservedPorts(instance.reservedPorts()).reserve(options.snatPorts());
      return 0;
    }
    NodePreparation.setOutOfMemoryScore(configuration.kubeProxy());
    return forward(ConfigurationText.json(configuration));
  }

  RunOptions options() {
    return options;
  }

  /** What file and flags say, once they have been parsed. */
  EffectiveConfiguration configuration() {
    return EffectiveConfiguration.of(spec, options);
  }

  private void write(EffectiveConfiguration configuration) {
    try {
      Files.writeString(writeConfigTo, ConfigurationText.of(configuration));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + writeConfigTo, e);
    }
  }

  private int forward(String configuration) throws InterruptedException {
    ServiceSource source = options.source().open(options.node().name());
    LoadOptions loading = options.loadOptions();
    // The kernel clears hundreds of megabytes for the maps while it is checked.
    Aside<LoadedObjects> maps = Aside.start(() -> prepareMaps(loading));
    boolean passed = false;
    try {
      passed = preflightPassed();
    } finally {
      if (!passed) {
        maps.discard(LoadedObjects::close);
      }
    }
    if (!passed) {
      return 1;
    }
    Libbpf.require();
    CountDownLatch stopped = new CountDownLatch(1);
    Agent agent = new Agent(instance, options, source, configuration, maps);
    Thread stopping =
        Thread.ofPlatform()
            .unstarted(
                () -> {
                  stop(agent);
                  stopped.countDown();
                  // A signal is the usual way to end an agent, not a failure.
                  Runtime.getRuntime().halt(0);
                });
    Runtime.getRuntime().addShutdownHook(stopping);
    try {
      agent.awaitReady();
    } catch (RuntimeException e) {
      Runtime.getRuntime().removeShutdownHook(stopping); // this end is a failure
      agent.close();
      throw e;
    }
    LOG.info("ready: {} forwards Service traffic", instance.description());
    stopped.await();
    return 0;
  }

  /** Takes no memory that would end this container before the check can say so. */
  private LoadedObjects prepareMaps(LoadOptions loading) {
    if (!Preflight.hasRoom(Machine.real(), loading.sizes().expectedBytes())) {
      throw new DataplaneException("the maps are larger than the memory limit");
    }
    return LoadedObjects.prepare(instance.pins(), loading);
  }

  private void stop(Agent agent) {
    agent.close();
    if (detachOnExit) {
      Detachment.of(instance);
      LOG.info("stopped and detached");
    } else {
      LOG.info("stopped; the data plane goes on");
    }
  }

  private boolean preflightPassed() {
    List<CheckResult> results = CheckCommand.preflight(instance, options);
    for (CheckResult result : results) {
      switch (result.status()) {
        case OK -> LOG.debug("{}", result);
        case WARNING -> LOG.warn("{}", result);
        case FAILED -> LOG.error("{}", result);
      }
    }
    return Preflight.passed(results);
  }
}
