// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.MapNames;
import dev.sluice.loader.BpfException;
import dev.sluice.loader.BpfMap;
import dev.sluice.loader.BpfObject;
import dev.sluice.loader.BpfProgram;
import dev.sluice.loader.MappedArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The compiled objects in the kernel, all on one set of maps. Maps that an earlier agent pinned are
 * taken over as they are; new ones are pinned.
 */
public final class LoadedObjects implements AutoCloseable {
  /** Length of an Ethernet header in bytes. */
  public static final int ETHERNET_HEADER = 14;

  /** Entries for a handful of flows; an LRU map must hold some for each processor. */
  private static final int FEW_ENTRIES = 1024;

  /** What the controller writes and packets only read. */
  private static final Set<String> READ_BY_PACKETS =
      Set.of(
          MapNames.SERVICE4,
          MapNames.SERVICE6,
          MapNames.BACKEND4,
          MapNames.BACKEND6,
          MapNames.REGIONS,
          MapNames.SOURCE_RANGE4,
          MapNames.SOURCE_RANGE6,
          MapNames.SERVICE_NETWORKS,
          MapNames.DEVICE,
          MapNames.NEXT_HOP_STATE,
          MapNames.XDP_PORT,
          MapNames.XDP_DEVICE,
          MapNames.VIP_BITS);

  private final Optional<PinDirectory> pins;
  private final LoadOptions options;
  private final Consumer<BpfObject> beforeLoading;
  private final Map<String, Integer> entries;
  private final Map<String, BpfMap> maps = new ConcurrentHashMap<>();
  private final Map<String, MappedArray> mapped = new HashMap<>();
  private final Map<TrafficControl, BpfProgram> trafficControl = new ConcurrentHashMap<>();
  private final List<BpfObject> opened = new CopyOnWriteArrayList<>();
  private final List<Aside<?>> loading = new CopyOnWriteArrayList<>();
  private final BpfObject maintenance;
  private final KernelClock clock;
  private boolean started;
  private Aside<BpfProgram> ingress;
  private Aside<BpfObject> egressAndSocket;
  private Optional<BpfObject> explain = Optional.empty();
  private Optional<BpfObject> xdp = Optional.empty();

  private LoadedObjects(
      Optional<PinDirectory> pins,
      LoadOptions options,
      Consumer<BpfObject> beforeLoading,
      Map<String, Integer> entries,
      Map<String, BpfMap> shared) {
    this.pins = pins;
    this.options = options;
    this.beforeLoading = beforeLoading;
    this.entries = entries;
    maps.putAll(shared);
    try {
      // The smallest object that declares all shared maps makes them.
      maintenance = load("maintenance", this::configureMaintenance);
      clock = new KernelClock(maintenance.program("read_clock"));
    } catch (BpfException | DataplaneException e) {
      close();
      throw e;
    }
  }

  /**
   * Makes the maps of an instance that are missing, in the kernel's memory alone: nobody else sees
   * them before {@link #start}.
   */
  public static LoadedObjects prepare(PinDirectory pins, LoadOptions options) {
    return new LoadedObjects(
        Optional.of(pins), options, LoadedObjects::unchanged, options.sizes().entries(), Map.of());
  }

  /**
   * Pins the maps and begins to load the programs that every node needs. Maps can be used at once,
   * while the kernel still verifies programs, which takes it longer than all else at a start;
   * {@link #awaitPrograms} tells whether it took them.
   */
  public void start() {
    pins.ifPresent(PinDirectory::create);
    started = true;
    maps.values().forEach(this::pin);
    // The verifier takes about as long for the first one as for the others together.
    ingress = aside(() -> ingress(ETHERNET_HEADER));
    egressAndSocket = aside(this::loadEgressAndSocket);
  }

  private <T> Aside<T> aside(Supplier<T> load) {
    Aside<T> aside = Aside.start(load);
    loading.add(aside);
    return aside;
  }

  private BpfObject loadEgressAndSocket() {
    egress(ETHERNET_HEADER);
    return load(
        "socket",
        object -> {
          configureSocket(object);
          configureSampling(object);
        });
  }

  /**
   * Waits until the kernel has all programs that every node needs.
   *
   * @throws BpfException if the kernel refuses one
   */
  public void awaitPrograms() {
    egressAndSocket.await();
    ingress.get();
    egressAndSocket.get();
  }

  private LoadedObjects complete() {
    try {
      start();
      awaitPrograms();
      return this;
    } catch (BpfException | DataplaneException e) {
      close();
      throw e;
    }
  }

  /** Loads on the maps of an instance, making those that are missing. */
  public static LoadedObjects open(PinDirectory pins, LoadOptions options) {
    return prepare(pins, options).complete();
  }

  /**
   * Makes maps that go with it and loads no program for packets: for those who time what is
   * written. {@link #start} is not to be called.
   */
  public static LoadedObjects unpinnedMaps(LoadOptions options) {
    return new LoadedObjects(
        Optional.empty(), options, LoadedObjects::unchanged, options.sizes().entries(), Map.of());
  }

  /** Loads on maps of its own that go with it: for tests and for looking at programs. */
  public static LoadedObjects unpinned(LoadOptions options) {
    return unpinned(options, LoadedObjects::unchanged);
  }

  /**
   * Likewise.
   *
   * @param beforeLoading gets every object before it is loaded, those of a {@link Rehearsal}
   *     included; it may ask for more of it
   */
  public static LoadedObjects unpinned(LoadOptions options, Consumer<BpfObject> beforeLoading) {
    return new LoadedObjects(
            Optional.empty(), options, beforeLoading, options.sizes().entries(), Map.of())
        .complete();
  }

  /**
   * Loads the same programs once more, on the maps of {@code live} that packets only read and on
   * small ones of their own for all that they write. What runs through these programs decides as
   * the live ones do and leaves no trace there. Close it before {@code live}.
   */
  static LoadedObjects beside(LoadedObjects live) {
    Map<String, BpfMap> shared = new HashMap<>(live.maps);
    shared.keySet().retainAll(READ_BY_PACKETS);
    Map<String, Integer> few = new HashMap<>();
    for (String map :
        List.of(
            MapNames.FRAGMENT4, MapNames.FRAGMENT6, MapNames.SHARED_PORT, MapNames.CONNECTED_TO)) {
      few.put(map, FEW_ENTRIES);
    }
    for (FamilyLayout layout : FamilyLayout.values()) {
      for (String map : List.of(layout.flowMap, layout.embryoMap, layout.affinityMap)) {
        few.put(map, FEW_ENTRIES);
      }
    }
    return new LoadedObjects(
            Optional.empty(), live.options.with(Sampling.NONE), live.beforeLoading, few, shared)
        .complete();
  }

  public BpfMap map(String name) {
    BpfMap map = maps.get(name);
    if (map == null) {
      throw new IllegalArgumentException("there is no map " + name);
    }
    return map;
  }

  /** A map's memory. */
  public MappedArray mapped(String name) {
    return mapped.computeIfAbsent(name, key -> map(key).mapMemory());
  }

  /** The tc program for packets that enter by devices with this length of link header. */
  public BpfProgram ingress(int linkHeaderLength) {
    return ingress(linkHeaderLength, Counting.ALL);
  }

  /** The tc program for packets that enter by such devices, counting this. */
  public BpfProgram ingress(int linkHeaderLength, Counting counting) {
    return trafficControl(new TrafficControl("tc_ingress", linkHeaderLength, counting));
  }

  /** The tc program for packets that leave by devices with this length of link header. */
  public BpfProgram egress(int linkHeaderLength) {
    return egress(linkHeaderLength, Counting.ALL);
  }

  /** The tc program for packets that leave by such devices, counting this. */
  public BpfProgram egress(int linkHeaderLength, Counting counting) {
    return trafficControl(new TrafficControl("tc_egress", linkHeaderLength, counting));
  }

  /**
   * The XDP program; it is loaded when it is first asked for.
   *
   * @throws BpfException if the kernel refuses it
   */
  public synchronized BpfProgram xdp() {
    if (xdp.isEmpty()) {
      xdp = Optional.of(load("xdp", this::configureXdp));
    }
    return xdp.get().program("xdp_ingress");
  }

  /** A socket program, such as {@code connect4}. */
  public BpfProgram socketProgram(String name) {
    return egressAndSocket.get().program(name);
  }

  /** The program that explains the socket hooks; loaded when it is first asked for. */
  synchronized BpfProgram explainProgram() {
    if (explain.isEmpty()) {
      explain = Optional.of(load("trace", this::configureSocket));
    }
    return explain.get().program("explain_call");
  }

  /** Loads the iterator's program that lists stale sockets. */
  synchronized BpfProgram staleSocketProgram(boolean canMakeCookies) {
    BpfObject object =
        load("stale_sockets", opening -> opening.setConstant("can_make_cookies", canMakeCookies));
    return object.program("list_stale_sockets");
  }

  KernelClock clock() {
    return clock;
  }

  Optional<BpfProgram> collectProgram() {
    return options.collectInKernel()
        ? Optional.of(maintenance.program("collect"))
        : Optional.empty();
  }

  /** Closes the handles; what is pinned or attached stays. */
  @Override
  public void close() {
    loading.forEach(Aside::await);
    mapped.values().forEach(MappedArray::close);
    mapped.clear();
    opened.forEach(BpfObject::close);
    opened.clear();
  }

  /** One way of loading one of the tc programs. */
  private record TrafficControl(String program, int linkHeaderLength, Counting counting) {}

  /** Each is loaded when it is first asked for, and without the others: it takes the verifier. */
  private BpfProgram trafficControl(TrafficControl wanted) {
    return trafficControl.computeIfAbsent(
        wanted, key -> load("tc", tc -> configureTrafficControl(tc, key)).program(key.program()));
  }

  private void configureTrafficControl(BpfObject object, TrafficControl wanted) {
    object
        .programs()
        .forEach(program -> program.setAutoload(program.name().equals(wanted.program())));
    object.setConstant("link_header_length", wanted.linkHeaderLength());
    object.setConstant("counts_passes", wanted.counting().passes());
    object.setConstant("counts_tagged", wanted.counting().tagged());
    object.setConstant("closes_addresses", options.closesAddresses());
    object.setConstant("restores_flows", options.restoresFlows());
    configureSampling(object);
  }

  private void configureSampling(BpfObject object) {
    object.setConstant("sample_refusals", options.sampling().refusals());
    object.setConstant("sample_others", options.sampling().others());
  }

  private void configureXdp(BpfObject object) {
    object.setConstant("closes_addresses", options.closesAddresses());
  }

  private void configureSocket(BpfObject object) {
    object.setConstant("closes_addresses", options.closesAddresses());
    object.setConstant("can_set_errno", options.canSetErrno());
    object.setConstant("node_sockets_only", options.nodeSocketsOnly());
  }

  private void configureMaintenance(BpfObject object) {
    object.program("collect").setAutoload(options.collectInKernel());
  }

  /** What is to be set between opening and loading. */
  private interface Configuration {
    void apply(BpfObject object);
  }

  private BpfObject load(String name, Configuration configuration) {
    BpfObject object = BpfObject.open(name, read(name));
    opened.add(object);
    configuration.apply(object);
    synchronized (beforeLoading) {
      beforeLoading.accept(object);
    }
    List<BpfMap> fresh = new ArrayList<>();
    for (BpfMap map : object.maps()) {
      if (isPrivate(map)) {
        continue;
      }
      BpfMap known = maps.get(map.name());
      if (known != null) {
        map.reuse(known);
      } else if (isPinned(map)) {
        reusePinned(map);
        fresh.add(map);
      } else {
        if (entries.containsKey(map.name())) {
          map.setMaxEntries(entries.get(map.name()));
        }
        fresh.add(map);
      }
    }
    object.load();
    for (BpfMap map : fresh) {
      if (started) {
        pin(map);
      }
      maps.put(map.name(), map);
    }
    return object;
  }

  private void pin(BpfMap map) {
    if (pins.isPresent() && !isPinned(map)) {
      map.pin(pins.get().map(map.name()));
    }
  }

  private static void unchanged(BpfObject object) {}

  private boolean isPinned(BpfMap map) {
    return pins.isPresent() && Files.exists(pins.get().map(map.name()));
  }

  private void reusePinned(BpfMap map) {
    Path pin = pins.orElseThrow().map(map.name());
    try {
      map.reusePinned(pin);
    } catch (BpfException e) {
      throw new DataplaneException(
          "%s was made by another version of Sluice or is damaged: %s. Run 'sluice detach' and start again (established connections are lost)"
              .formatted(pin, e.getMessage()),
          e);
    }
  }

  /** An object's own constants; libbpf names them after their section. */
  private static boolean isPrivate(BpfMap map) {
    return map.name().contains(".");
  }

  private static byte[] read(String name) {
    String resource = "/dev/sluice/bpf/" + name + ".bpf.o";
    try (InputStream stream = MapNames.class.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new DataplaneException("the program " + resource + " is missing from sluice-bpf.jar");
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + resource, e);
    }
  }
}
