// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.LoadedObjects;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Maps of the kernel in which a hundred Services of ten endpoints change, forth and back. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 300)
@Measurement(iterations = 100)
@Fork(1)
public abstract class ChangingServices {
  static final int CHANGES = 100;
  static final int ENDPOINTS = 10;

  /** The changes of one iteration take no more: a Maglev table and a plain list each. */
  private static final int ROOM = CHANGES * 257;

  @Param Reach reach;

  private LoadedObjects objects;
  private Dataplane dataplane;
  private boolean back;

  /** How many Services are in the maps. */
  abstract int installed();

  /** Makes empty maps, which {@link #free} frees, with so much room for lists of backends. */
  final Dataplane makeMaps(int regionBlocks) {
    objects = KernelMaps.make(regionBlocks);
    dataplane = new Dataplane(objects);
    return dataplane;
  }

  /** What is to be written now: the two take turns. */
  final <T> List<T> next(List<T> before, List<T> after) {
    back = !back;
    return back ? after : before;
  }

  /** Lets what earlier iterations gave back come to rest. */
  @Setup(Level.Iteration)
  public void awaitRoom() {
    KernelMaps.awaitRoom(dataplane, ROOM);
  }

  /** Frees the maps. */
  @TearDown
  public void free() {
    KernelMaps.requireInstalled(dataplane, installed(), ENDPOINTS, reach);
    objects.close();
  }
}
