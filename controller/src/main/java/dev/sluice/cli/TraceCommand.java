// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.model.Protocol;
import dev.sluice.server.AdminClient;
import dev.sluice.trace.Question;
import dev.sluice.trial.Origin;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

@Command(
    name = "trace",
    description = {
      "Explains one packet on the running agent: which Service it calls, which endpoints it may get and",
      "why, what it becomes, and whether it is forwarded, rejected, dropped or passed on. The packet runs",
      "through the real programs beside the live ones; no flow, pin or counter of the agent changes.",
      "Exit status 0 whatever the packet meets, 2 if the question is wrong, 3 if no agent is running."
    },
    footer = {
      "",
      "Examples:",
      "  sluice trace tcp 10.1.0.4 10.96.0.10:53",
      "  sluice trace udp fd00::4 [fd96::a]:53 --from pod",
      "  sluice trace tcp 203.0.113.9:40000 192.0.2.1:30080 --device eth0"
    },
    mixinStandardHelpOptions = true)
final class TraceCommand implements Callable<Integer> {
  private static final Duration QUIET = Duration.ofSeconds(2);

  @Parameters(index = "0", paramLabel = "tcp|udp|sctp", description = "protocol")
  private Protocol protocol;

  @Parameters(
      index = "1",
      paramLabel = "SOURCE[:PORT]",
      converter = PeerConverter.class,
      description =
          "the client; an IPv6 address with a port stands in brackets. Without a port one is taken that"
              + " no flow has; with the port of a connection, its next packet is explained")
  private Peer source;

  @Parameters(
      index = "2",
      paramLabel = "DESTINATION:PORT",
      converter = PeerConverter.class,
      description = "what it calls")
  private Peer destination;

  @Option(
      names = "--from",
      paramLabel = "pod|node|external",
      description =
          "where the packet comes from: a pod of this node, a socket of the node itself, or a NIC or"
              + " tunnel (default: by the source address: the node's own, routed over a pod's device or"
              + " bridge, or else)")
  private Optional<Origin> from = Optional.empty();

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "the device that the packet enters by (default: by the source address)")
  private Optional<String> device = Optional.empty();

  @Mixin private InstanceOptions instance;
  @Mixin private OutputOption output;
  @Spec private CommandSpec spec;

  /** Reads addresses with what is wrong with them as the message. */
  static final class PeerConverter implements ITypeConverter<Peer> {
    @Override
    public Peer convert(String text) {
      try {
        return Peer.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  @Override
  public Integer call() {
    Question question = question();
    Optional<JsonNode> answer;
    try {
      answer = ask("trace " + TraceQuestion.write(question));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    if (answer.isEmpty()) {
      spec.commandLine().getErr().println(StatusCommand.notRunning(instance));
      return StatusCommand.NOT_RUNNING;
    }
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(answer.get().toPrettyString());
    } else {
      TraceText.lines(answer.get()).forEach(out::println);
    }
    return 0;
  }

  private Question question() {
    if (destination.port() == 0) {
      throw new ParameterException(
          spec.commandLine(),
          "%s needs a port: %s"
              .formatted(destination.address(), Peer.example(destination.address().family())));
    }
    try {
      return new Question(
          protocol,
          source.address(),
          source.port(),
          destination.address(),
          destination.port(),
          from,
          device);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** Asks, and says so if it takes long: the agent loads programs for its first trace. */
  private Optional<JsonNode> ask(String question) {
    CountDownLatch answered = new CountDownLatch(1);
    PrintWriter err = spec.commandLine().getErr();
    Thread progress =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    while (!answered.await(QUIET.toMillis(), TimeUnit.MILLISECONDS)) {
                      err.println(
                          "sluice: waiting for the agent, which loads programs for its first trace");
                      err.flush();
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    try {
      return AdminClient.ask(instance.adminSocket(), question);
    } finally {
      answered.countDown();
      progress.interrupt();
    }
  }
}
