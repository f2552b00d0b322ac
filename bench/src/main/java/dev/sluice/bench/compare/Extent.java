// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.compare.result.TrafficPath;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How much is measured: options. All of it is by number, not by time. */
final class Extent {
  private static final int MOST_SERVICES = 20_000;

  @Option(
      names = "--services",
      split = ",",
      paramLabel = "N",
      defaultValue = "1,100,1000,10000",
      description =
          "numbers of Services, one comparison each; with 1 there are only those that are measured"
              + " (default: ${DEFAULT-VALUE})")
  List<Integer> services;

  @Option(
      names = "--paths",
      split = ",",
      paramLabel = "PATH",
      defaultValue = "pod-to-pod,outside-to-node",
      description = "who asks (default: ${DEFAULT-VALUE})")
  private List<String> pathNames;

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "rounds of all modes (default: ${DEFAULT-VALUE})")
  int rounds;

  @Option(
      names = "--connections",
      defaultValue = "20000",
      description = "new connections of a round (default: ${DEFAULT-VALUE})")
  int connections;

  @Option(
      names = "--in-flight",
      defaultValue = "4",
      description = "of them at a time (default: ${DEFAULT-VALUE})")
  int inFlight;

  @Option(
      names = "--requests",
      defaultValue = "10000",
      description =
          "requests of a round whose latency is taken, one at a time: so many on new connections, and"
              + " so many on one that is kept open (default: ${DEFAULT-VALUE})")
  int requests;

  @Option(
      names = "--datagrams",
      defaultValue = "10000",
      description = "UDP requests of a round; 0 for none (default: ${DEFAULT-VALUE})")
  int datagrams;

  @Option(
      names = "--stream",
      paramLabel = "MIB",
      defaultValue = "256",
      description = "length of a round's stream; 0 for none (default: ${DEFAULT-VALUE})")
  int stream;

  @Option(
      names = "--cold",
      paramLabel = "ROUNDS",
      defaultValue = "3",
      description =
          "how often everything is programmed from nothing; less often where all rounds would take"
              + " more than a minute (default: ${DEFAULT-VALUE})")
  int cold;

  @Option(
      names = "--nftables-part",
      paramLabel = "PORTS",
      defaultValue = "0",
      description =
          "load the rules of nftables in transactions of so many Services' ports, and take no time of"
              + " it: kube-proxy's only one takes time by the square of its size, for 10,000 Services"
              + " more than an hour in an emulator; 0 for the only one (default: ${DEFAULT-VALUE})")
  int nftablesPart;

  @Option(
      names = "--changes",
      paramLabel = "ROUNDS",
      defaultValue = "5",
      description = "how often an endpoint is changed; 0 for never (default: ${DEFAULT-VALUE})")
  int changes;

  @Spec private CommandSpec spec;

  /** Throws if a number makes no sense. */
  void check() {
    services.forEach(count -> check("--services", count, 1, MOST_SERVICES));
    check("--rounds", rounds, 1, Integer.MAX_VALUE);
    check("--connections", connections, 1, Integer.MAX_VALUE);
    check("--in-flight", inFlight, 1, connections);
    check("--requests", requests, 1, Integer.MAX_VALUE);
    check("--datagrams", datagrams, 0, Integer.MAX_VALUE);
    check("--stream", stream, 0, Integer.MAX_VALUE);
    check("--cold", cold, 1, Integer.MAX_VALUE);
    check("--nftables-part", nftablesPart, 0, Integer.MAX_VALUE);
    check("--changes", changes, 0, Integer.MAX_VALUE);
    paths();
  }

  private void check(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new ParameterException(
          spec.commandLine(),
          "%s must be from %d to %d, not %d".formatted(option, least, most, value));
    }
  }

  List<TrafficPath> paths() {
    List<TrafficPath> paths = new ArrayList<>();
    for (TrafficPath path : TrafficPath.values()) {
      if (pathNames.contains(path.toString())) {
        paths.add(path);
      }
    }
    if (paths.size() != pathNames.size()) {
      throw new ParameterException(
          spec.commandLine(),
          "--paths: choose of " + List.of(TrafficPath.values()) + ", not " + pathNames);
    }
    return paths;
  }
}
