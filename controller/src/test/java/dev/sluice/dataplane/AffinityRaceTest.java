// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static dev.sluice.dataplane.Plans.local;
import static dev.sluice.dataplane.Plans.random;
import static dev.sluice.dataplane.Plans.service;
import static dev.sluice.dataplane.Plans.sticky;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.model.IpAddress;
import dev.sluice.model.Protocol;
import dev.sluice.packets.End;
import dev.sluice.plan.Backend;
import dev.sluice.trial.Call;
import dev.sluice.trial.Origin;
import dev.sluice.trial.Outcome;
import dev.sluice.trial.PacketRun;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The programs run on several processors at once. */
class AffinityRaceTest {
  private static final int CLIENTS = 5000;
  private static final int LOOPBACK = 1;
  private static final End VIP = new End(IpAddress.parse("10.96.0.1"), 80);

  @Test
  @ShowsRules(154)
  void twoFirstConnectionsOfAClientAtOnceGoToOneBackend() throws Exception {
    Backend[] backends =
        IntStream.rangeClosed(1, 16)
            .mapToObj(host -> local(new End(IpAddress.parse("10.1.0." + host), 9000)))
            .toArray(Backend[]::new);
    MapSizes sizes = new MapSizes(64, 64, 4096, 64, 4 * CLIENTS, 64);
    try (LoadedObjects objects =
            LoadedObjects.unpinned(new LoadOptions(sizes, true, true, false, false));
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      new Dataplane(objects).apply(sticky(service(Protocol.TCP, VIP, random(backends))));
      PacketRun run = new PacketRun(objects);
      AtomicInteger calls = new AtomicInteger();
      Future<List<Outcome>> one = threads.submit(() -> call(run, 1000, calls));
      Future<List<Outcome>> other = threads.submit(() -> call(run, 2000, calls));
      List<Outcome> first = one.get();
      List<Outcome> second = other.get();
      assertThat(IntStream.range(0, CLIENTS).filter(i -> !first.get(i).equals(second.get(i))))
          .as("clients with two backends")
          .isEmpty();
      assertThat(new HashSet<>(first)).as("backends in use").hasSize(backends.length);
    }
  }

  /** Where each client's first connection goes; {@code calls} keeps two threads in step. */
  private static List<Outcome> call(PacketRun run, int sourcePort, AtomicInteger calls) {
    List<Outcome> outcomes = new ArrayList<>();
    for (int client = 0; client < CLIENTS; client++) {
      IpAddress source = IpAddress.parse("172.16.%d.%d".formatted(client / 256, client % 256));
      Call call = new Call(Origin.EXTERNAL, source, VIP.address(), VIP.port(), Protocol.TCP);
      calls.incrementAndGet();
      while (calls.get() < 2 * (client + 1)) {
        Thread.onSpinWait();
      }
      outcomes.add(run.first(call, sourcePort, LOOPBACK));
    }
    return outcomes;
  }
}
