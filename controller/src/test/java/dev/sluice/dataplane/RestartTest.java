// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static dev.sluice.dataplane.Plans.local;
import static dev.sluice.dataplane.Plans.maglev;
import static dev.sluice.dataplane.Plans.random;
import static dev.sluice.dataplane.Plans.rejecting;
import static dev.sluice.dataplane.Plans.remote;
import static dev.sluice.dataplane.Plans.service;
import static dev.sluice.dataplane.Plans.serving;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bpf.Backend4;
import dev.sluice.bpf.BackendFlags;
import dev.sluice.bpf.MapNames;
import dev.sluice.compatibility.ShowsRules;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import dev.sluice.model.ServiceName;
import dev.sluice.packets.End;
import dev.sluice.packets.TestBpffs;
import dev.sluice.plan.PortKey;
import dev.sluice.plan.ServicePlan;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the controller does with maps that it finds, and with plans that it has installed. */
class RestartTest {
  private static final LoadOptions OPTIONS =
      new LoadOptions(new MapSizes(64, 64, 256, 64, 64, 64), true, true, false, false);
  private static final Cast CAST = Cast.of(IpFamily.IPV4);
  private static final Cast CAST6 = Cast.of(IpFamily.IPV6);
  private static final End POD = CAST.backend(CAST.pod());
  private static final End OTHER_POD = CAST.backend(CAST.otherPod());
  private static final End REMOTE_POD = CAST.backend(CAST.remotePod());

  private static final ServicePlan RANDOM =
      service(Protocol.TCP, CAST.frontend(), random(local(POD), local(OTHER_POD)));
  private static final ServicePlan OTHER_FRONTEND =
      service(Protocol.TCP, CAST.otherFrontend(), random(local(POD), local(OTHER_POD)));
  private static final ServicePlan CHANGED =
      service(Protocol.TCP, CAST.frontend(), random(local(POD), remote(REMOTE_POD)));
  private static final ServicePlan MAGLEV =
      service(
          Protocol.UDP,
          CAST.otherFrontend(),
          maglev(local(POD), remote(REMOTE_POD)),
          random(local(POD)),
          Set.of());
  private static final ServicePlan DATAGRAMS =
      service(Protocol.UDP, CAST.frontend(), random(local(POD), remote(REMOTE_POD)));
  private static final ServicePlan NO_DATAGRAMS =
      service(Protocol.UDP, CAST.frontend(), rejecting());
  private static final ServicePlan IPV6 =
      service(Protocol.TCP, CAST6.frontend(), random(remote(CAST6.backend(CAST6.remotePod()))));
  private static final List<ServicePlan> ALL = List.of(RANDOM, MAGLEV, IPV6);

  private TestBpffs bpffs;

  @BeforeEach
  void mount() {
    bpffs = TestBpffs.mount();
  }

  @AfterEach
  void unmount() {
    bpffs.close();
  }

  /** A run of the controller on the pinned maps. */
  private final class Run implements AutoCloseable {
    final LoadedObjects objects =
        LoadedObjects.open(new PinDirectory(bpffs.path().resolve("test")), OPTIONS);
    final Dataplane dataplane = new Dataplane(objects);

    void apply(List<ServicePlan> plans) {
      plans.forEach(dataplane::apply);
    }

    /** Every byte of the maps that plans are written to. */
    Map<String, String> maps() {
      Map<String, String> contents = new TreeMap<>();
      for (String map : List.of(MapNames.SERVICE4, MapNames.SERVICE6)) {
        objects.map(map).forEach((key, value) -> contents.put(map + " " + hex(key), hex(value)));
      }
      for (String map :
          List.of(MapNames.REGIONS, MapNames.BACKEND4, MapNames.BACKEND6, MapNames.VIP_BITS)) {
        contents.put(map, hex(objects.mapped(map).memory()));
      }
      return contents;
    }

    Map<PortKey, Integer> ids() {
      return dataplane.portIds();
    }

    boolean backendInUse(int id) {
      return (slot(id).flags() & BackendFlags.IN_USE) != 0;
    }

    Backend4 slot(int id) {
      return new Backend4().wrap(objects.mapped(MapNames.BACKEND4).element(id));
    }

    /** What flows compare: the slots in use, and the generation of each. */
    Map<Integer, Integer> generations() {
      Map<Integer, Integer> generations = new TreeMap<>();
      for (int id = 1; id < OPTIONS.sizes().backends(); id++) {
        if (backendInUse(id)) {
          generations.put(id, slot(id).generation());
        }
      }
      return generations;
    }

    /** The regions that the frontends in the kernel point to, each once. */
    List<RegionSpan> regions() {
      Set<RegionSpan> regions = new HashSet<>();
      for (String map : List.of(MapNames.SERVICE4, MapNames.SERVICE6)) {
        objects
            .map(map)
            .forEach(
                (key, value) -> {
                  regions.add(ServiceValue.read(value).external());
                  regions.add(ServiceValue.read(value).internal());
                });
      }
      regions.remove(RegionSpan.EMPTY);
      return List.copyOf(regions);
    }

    @Override
    public void close() {
      objects.close();
    }
  }

  private static String hex(MemorySegment memory) {
    return HexFormat.of().formatHex(memory.toArray(ValueLayout.JAVA_BYTE));
  }

  @Test
  @ShowsRules(188)
  void installedPlansAreNotWrittenAgain() {
    try (Run run = new Run()) {
      run.apply(ALL);
      Map<String, String> before = run.maps();
      run.apply(ALL);
      assertThat(run.maps()).isEqualTo(before);
    }
  }

  @Test
  @ShowsRules(190)
  void aRestartKeepsIdsGenerationsAndRegions() {
    Map<String, String> before;
    Map<PortKey, Integer> ids;
    try (Run run = new Run()) {
      run.apply(ALL);
      before = run.maps();
      ids = run.ids();
    }
    try (Run run = new Run()) {
      assertThat(run.maps()).as("reopened").isEqualTo(before);
      run.apply(ALL.reversed());
      assertThat(run.maps()).as("planned again, in another order").isEqualTo(before);
      assertThat(run.ids()).isEqualTo(ids);
      run.dataplane.sweep();
      assertThat(run.maps()).as("swept").isEqualTo(before);
    }
  }

  @Test
  @ShowsRules({184, 190})
  void aSweepRemovesWhatIsGoneAndNothingBefore() {
    try (Run run = new Run()) {
      run.apply(ALL);
    }
    try (Run run = new Run()) {
      run.apply(List.of(RANDOM));
      assertThat(run.dataplane.occupancy().frontends()).isEqualTo(3);
      run.dataplane.sweep();
      assertThat(run.dataplane.occupancy().frontends()).isEqualTo(1);
      assertThat(run.dataplane.occupancy().backends()).isEqualTo(2);
      run.dataplane.apply(ServicePlan.nothing(RANDOM.name()));
      assertThat(run.dataplane.occupancy().backends()).isZero();
    }
  }

  @Test
  void anotherServiceInAnOldSlotIsAnotherGeneration() {
    String before;
    try (Run run = new Run()) {
      run.apply(List.of(IPV6));
      before = run.maps().get(MapNames.BACKEND6);
      run.dataplane.apply(ServicePlan.nothing(IPV6.name()));
    }
    try (Run run = new Run()) {
      run.apply(List.of(IPV6));
      assertThat(run.maps().get(MapNames.BACKEND6)).isNotEqualTo(before);
    }
  }

  @Test
  void filterBitsOfUnclaimedFrontendsStayUntilTheSweep() {
    String bits;
    try (Run run = new Run()) {
      run.apply(ALL);
      bits = run.maps().get(MapNames.VIP_BITS);
    }
    try (Run run = new Run()) {
      run.apply(List.of(RANDOM));
      run.dataplane.collect(FlowTimeouts.DEFAULT);
      run.dataplane.collect(FlowTimeouts.DEFAULT);
      assertThat(run.maps().get(MapNames.VIP_BITS)).isEqualTo(bits);
      run.dataplane.sweep();
      run.dataplane.collect(FlowTimeouts.DEFAULT);
      run.dataplane.collect(FlowTimeouts.DEFAULT);
      assertThat(run.maps().get(MapNames.VIP_BITS)).isNotEqualTo(bits);
    }
  }

  @Test
  void aBackendsSlotRestsBeforeAnotherServiceGetsIt() {
    try (Run run = new Run()) {
      run.apply(List.of(RANDOM, ServicePlan.nothing(RANDOM.name()), MAGLEV));
      assertThat(run.backendInUse(1)).isFalse();
      assertThat(run.backendInUse(2)).isFalse();
      assertThat(run.backendInUse(3)).isTrue();
    }
  }

  @Test
  @ShowsRules({172, 174})
  void datagramBackendsKeepTheirSlotsOverARestartWithoutAnyEndpointUntilThereIsOne() {
    Map<Integer, Integer> before;
    try (Run run = new Run()) {
      run.apply(List.of(DATAGRAMS));
      before = run.generations();
      assertThat(before).hasSize(2);
    }
    try (Run run = new Run()) {
      run.apply(List.of(NO_DATAGRAMS));
      run.dataplane.sweep();
      assertThat(run.generations()).isEqualTo(before);
      run.apply(List.of(service(Protocol.UDP, CAST.frontend(), random(local(OTHER_POD)))));
      assertThat(run.generations()).hasSize(1).doesNotContainKeys(1, 2);
    }
  }

  @Test
  @ShowsRules({170, 174})
  void aDatagramBackendThatOnlyServesKeepsItsSlotOverARestart() {
    ServicePlan leaving =
        serving(
            service(Protocol.UDP, CAST.frontend(), random(remote(REMOTE_POD))),
            local(POD),
            remote(REMOTE_POD));
    Map<Integer, Integer> before;
    try (Run run = new Run()) {
      run.apply(List.of(DATAGRAMS));
      before = run.generations();
    }
    try (Run run = new Run()) {
      run.apply(List.of(leaving));
      run.dataplane.sweep();
      assertThat(run.generations()).isEqualTo(before);
    }
  }

  @Test
  @ShowsRules(169)
  void aDatagramBackendThatLeftWhileNoAgentRanLosesItsSlot() {
    try (Run run = new Run()) {
      run.apply(List.of(DATAGRAMS));
    }
    try (Run run = new Run()) {
      run.apply(List.of(service(Protocol.UDP, CAST.frontend(), random(remote(REMOTE_POD)))));
      run.dataplane.sweep();
      assertThat(run.generations()).hasSize(1);
    }
  }

  @Test
  void slotsThatOnlyKeepOldDatagramsGoWithTheirService() {
    try (Run run = new Run()) {
      run.apply(List.of(DATAGRAMS, NO_DATAGRAMS));
      assertThat(run.dataplane.occupancy().backends()).isEqualTo(2);
      run.apply(List.of(ServicePlan.nothing(DATAGRAMS.name())));
      assertThat(run.dataplane.occupancy().backends()).isZero();
    }
  }

  @Test
  void connectionsNeedNoSlotSoABackendThatOnlyServesHasNone() {
    try (Run run = new Run()) {
      run.apply(
          List.of(
              serving(
                  service(Protocol.TCP, CAST.frontend(), random(local(POD))),
                  local(POD),
                  local(OTHER_POD))));
      assertThat(run.dataplane.occupancy().backends()).isEqualTo(1);
    }
  }

  @Test
  @ShowsRules(167)
  void onlyADatagramBackendThatGoesIsAnnounced() {
    AtomicInteger announced = new AtomicInteger();
    try (Run run = new Run()) {
      run.dataplane.onDatagramBackendGone(announced::incrementAndGet);
      run.apply(List.of(RANDOM, CHANGED, DATAGRAMS, NO_DATAGRAMS, DATAGRAMS));
      assertThat(announced).hasValue(0);
      run.apply(List.of(service(Protocol.UDP, CAST.frontend(), random(local(POD)))));
      assertThat(announced).hasValue(1);
    }
  }

  @Test
  void aPlanThatChangesBeforeTheSweepGivesItsOldRegionBackOnce() throws InterruptedException {
    int free;
    try (Run run = new Run()) {
      free = run.dataplane.occupancy().freeRegionBlocks();
      run.apply(List.of(IPV6, RANDOM));
      run.dataplane.apply(ServicePlan.nothing(IPV6.name()));
    }
    try (Run run = new Run()) {
      run.apply(List.of(RANDOM, CHANGED));
      run.dataplane.sweep();
      Thread.sleep(RegionSpace.REST.plusMillis(50));
      assertThat(run.dataplane.occupancy().freeRegionBlocks()).isEqualTo(free - 1);
    }
  }

  @Test
  void aServiceThatGoesBeforeTheSweepGivesItsOldRegionBack() throws InterruptedException {
    int free;
    try (Run run = new Run()) {
      free = run.dataplane.occupancy().freeRegionBlocks();
      run.apply(ALL);
    }
    try (Run run = new Run()) {
      run.apply(List.of(CHANGED, ServicePlan.nothing(CHANGED.name())));
      run.dataplane.sweep();
      Thread.sleep(RegionSpace.REST.plusMillis(50));
      assertThat(run.dataplane.occupancy()).isEqualTo(new Occupancy(0, 0, free));
    }
  }

  @Test
  void aFrontendThatWaitsForTheSweepKeepsItsRegionUntilThen() throws InterruptedException {
    ServicePlan both = Plans.merged(RANDOM, OTHER_FRONTEND);
    try (Run run = new Run()) {
      run.apply(List.of(both));
      assertThat(run.regions()).as("one region for both frontends").hasSize(1);
    }
    try (Run run = new Run()) {
      run.apply(List.of(RANDOM, CHANGED));
      Thread.sleep(RegionSpace.REST.plusMillis(50));
      run.apply(many());
      assertThat(overlaps(run.regions())).isFalse();
    }
  }

  private static boolean overlaps(List<RegionSpan> regions) {
    BitSet taken = new BitSet();
    for (RegionSpan region : regions) {
      int end = region.base() + region.length();
      if (!taken.get(region.base(), end).isEmpty()) {
        return true;
      }
      taken.set(region.base(), end);
    }
    return false;
  }

  private static List<ServicePlan> many() {
    List<ServicePlan> plans = new ArrayList<>();
    for (int port = 1; port <= 8; port++) {
      End frontend = new End(CAST.otherVip(), port);
      ServicePlan plan = service(Protocol.TCP, frontend, random(local(POD)));
      ServiceName name = new ServiceName("test", "many-" + port);
      plans.add(Plans.renamed(plan, name));
    }
    return plans;
  }
}
