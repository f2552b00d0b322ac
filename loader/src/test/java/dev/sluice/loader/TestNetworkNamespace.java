// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A network namespace without a name, that lives as long as the one platform thread in it. What it
 * runs, commands included, sees only the devices of this namespace.
 */
final class TestNetworkNamespace implements AutoCloseable {
  private static final int CLONE_NEWNET = 0x40000000;

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("netns").factory());

  TestNetworkNamespace() {
    TestObjects.assumeRoot();
    run(TestNetworkNamespace::unshare);
    run(() -> Command.run("ip", "link", "set", "lo", "up"));
  }

  <T> T call(Callable<T> action) {
    try {
      return thread.submit(action).get();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (failure.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(failure);
    } catch (InterruptedException failure) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(failure);
    }
  }

  void run(Runnable action) {
    call(
        () -> {
          action.run();
          return null;
        });
  }

  /** Creates a pair of virtual Ethernet devices and returns the number of the first. */
  int createVeth(String name, String peer) {
    run(
        () -> {
          Command.run("ip", "link", "add", name, "type", "veth", "peer", "name", peer);
          Command.run("ip", "link", "set", name, "up");
          Command.run("ip", "link", "set", peer, "up");
        });
    return indexOf(name);
  }

  /** The number of a device. */
  int indexOf(String name) {
    String shown = call(() -> Command.run("ip", "-o", "link", "show", name));
    return Integer.parseInt(shown.substring(0, shown.indexOf(':')));
  }

  @Override
  public void close() {
    thread.close();
  }

  @SuppressWarnings("restricted")
  private static void unshare() {
    Linker linker = Linker.nativeLinker();
    MethodHandle unshare =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("unshare"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
            Linker.Option.captureCallState("errno"));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      int result = (int) unshare.invokeExact(state, CLONE_NEWNET);
      if (result != 0) {
        throw new IllegalStateException("unshare(CLONE_NEWNET) failed");
      }
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable failure) {
      throw new IllegalStateException(failure);
    }
  }
}
