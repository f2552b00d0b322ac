// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.loader.BpfProgram;
import dev.sluice.loader.RunTimeStatistics;
import dev.sluice.loader.SkbContext;
import dev.sluice.model.IpFamily;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench/run.sh datapath}. */
@Command(
    name = "datapath",
    description = {
      "Times the programs of the data plane, unattached, packet by packet.",
      "Figures are nanoseconds by the kernel's run-time statistics, an empty program's subtracted."
    },
    mixinStandardHelpOptions = true)
public final class DatapathBenchmark implements Callable<Integer> {
  @Option(
      names = "--rounds",
      defaultValue = "11",
      description = "rounds of each case; min and median are of these (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--packets",
      defaultValue = "20000",
      description = "packets of a round (default: ${DEFAULT-VALUE})")
  private int packets;

  @Option(
      names = "--flows",
      split = ",",
      defaultValue = "1,1000,100000",
      description = "numbers of established flows (default: ${DEFAULT-VALUE})")
  private List<Integer> flows;

  @Option(names = "--json", paramLabel = "FILE", description = "also write the results there")
  private Path json;

  @Spec private CommandSpec spec;

  /** Takes the arguments of the command line. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new DatapathBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    List<Row> rows = new ArrayList<>();
    try (Testbed testbed = new Testbed();
        EmptyPrograms empty = new EmptyPrograms();
        RunTimeStatistics _ = BpfProgram.enableRunTimeStatistics()) {
      out().println(Row.HEADING);
      testbed
          .network()
          .call(
              () -> {
                run(testbed, empty, rows);
                return null;
              });
      programs(testbed.objects());
    }
    if (json != null) {
      Files.writeString(json, toJson(rows).toPrettyString() + "\n");
    }
    return 0;
  }

  private void run(Testbed testbed, EmptyPrograms empty, List<Row> rows) {
    for (IpFamily family : IpFamily.values()) {
      TrafficControlCases cases = new TrafficControlCases(testbed, family, packets);
      cases.withoutFlows().forEach(row -> rows.add(time(row, testbed, empty)));
      for (int count : flows) {
        testbed.forgetFlows();
        cases.established(count).forEach(row -> rows.add(time(row, testbed, empty)));
      }
      cases.newFlows().forEach(row -> rows.add(time(row, testbed, empty)));
    }
    testbed.forgetFlows();
  }

  private Row time(Case row, Testbed testbed, EmptyPrograms empty) {
    SkbContext context = SkbContext.create().interfaceIndex(testbed.uplink());
    ProgramTimer timer = new ProgramTimer(row.program(), Optional.of(context));
    ProgramTimer nothing = new ProgramTimer(empty.of(row.program().type()), Optional.of(context));
    List<Double> net = new ArrayList<>();
    // Round -1 warms up: caches, branch predictors and this JVM.
    for (int round = -1; round < rounds; round++) {
      List<byte[]> frames = row.frames().apply(round);
      double nanos = timer.time(frames, row.verdict()) - nothing.time(frames);
      if (round >= 0) {
        net.add(nanos);
      }
    }
    Row result =
        new Row(row.hook(), row.name(), row.family(), row.flows(), new Samples(net), row.target());
    out().println(result);
    out().flush();
    return result;
  }

  private void programs(LoadedObjects objects) {
    for (BpfProgram program :
        List.of(
            objects.ingress(LoadedObjects.ETHERNET_HEADER),
            objects.egress(LoadedObjects.ETHERNET_HEADER))) {
      out()
          .printf(
              "%s: %,d instructions verified%n", program.name(), program.verifiedInstructions());
    }
  }

  private static ArrayNode toJson(List<Row> rows) {
    ArrayNode array = new ObjectMapper().createArrayNode();
    for (Row row : rows) {
      ObjectNode node = array.addObject();
      node.put("hook", row.hook()).put("packet", row.name()).put("family", row.family());
      node.put("flows", row.flows()).put("min", row.net().min()).put("median", row.net().median());
      row.target().ifPresent(target -> node.put("target", target));
    }
    return array;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
