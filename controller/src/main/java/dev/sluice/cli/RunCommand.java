// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.loader.Libbpf;
import dev.sluice.node.CheckResult;
import dev.sluice.node.Preflight;
import dev.sluice.source.ServiceSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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

  @Mixin private InstanceOptions instance;
  @Mixin private RunOptions options;

  @Override
  public Integer call() throws InterruptedException {
    ServiceSource source = options.source().open(options.node().name());
    if (!preflightPassed()) {
      return 1;
    }
    Libbpf.require();
    CountDownLatch stopped = new CountDownLatch(1);
    Agent agent = new Agent(instance, options, source);
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
