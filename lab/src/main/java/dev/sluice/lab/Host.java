// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import dev.sluice.lab.AddressPlan.Pair;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/** A machine of the lab: a network namespace, a cgroup for its processes, and its addresses. */
public abstract sealed class Host permits ClientHost, NodeHost, PodHost {
  private final HostPlace place;
  private final List<Integer> serverPorts;
  private final AtomicReference<Servers> servers = new AtomicReference<>();

  Host(HostPlace place, List<Integer> serverPorts) {
    this.place = place;
    this.serverPorts = List.copyOf(serverPorts);
  }

  /**
   * Where a host is.
   *
   * @param directory its files in the lab's run directory
   */
  record HostPlace(String name, String namespace, Path cgroup, Path directory, Pair addresses) {}

  public final String name() {
    return place.name();
  }

  /** The file that stands for its network namespace. */
  public final Path namespace() {
    return NetworkNamespace.path(place.namespace());
  }

  /** The cgroup (v2) its processes are in. */
  public final Path cgroup() {
    return place.cgroup();
  }

  public final InetAddress address(AddressFamily family) {
    return switch (family) {
      case IPV4 -> InetAddress.ofLiteral(place.addresses().ipv4());
      case IPV6 -> InetAddress.ofLiteral(place.addresses().ipv6());
    };
  }

  /** Runs a command in this host and returns its standard output; throws if it fails. */
  public final String run(String... command) {
    return run(Shell.TIMEOUT, command);
  }

  /** As {@link #run(String...)}, with another limit than a minute. */
  public final String run(Duration timeout, String... command) {
    return Shell.run(entered(List.of(command)), "", timeout);
  }

  /** Starts a command in this host, in the background. */
  public final LabProcess start(String... command) {
    return start(List.of(command), Map.of(), cgroup());
  }

  /** Sets a sysctl below {@code net}, for example {@code net.ipv4.ip_forward}. */
  public final void sysctl(String key, String value) {
    new NetworkScript().sysctl(place.namespace(), key, value).run();
  }

  /**
   * Runs code of this JVM in this host's network namespace (but not in its cgroup). Sockets that it
   * opens stay there. A first connection is made this way within a millisecond, where {@link
   * #probe} would start a process first.
   */
  public final <T> T call(Callable<T> action) throws Exception {
    return NetworkNamespace.call(namespace(), action);
  }

  /**
   * Makes a device send frames that need nothing done to them: without this, a frame between two
   * veths has no checksum that an XDP program could trust.
   */
  public final void sendWholeFrames(String device) {
    onDevice(
        () -> {
          TransmitOffloads.switchOff(device);
          return device;
        });
  }

  /** Whether {@link #sendWholeFrames} has been told to the device, as the kernel has it. */
  public final boolean sendsWholeFrames(String device) {
    return onDevice(() -> TransmitOffloads.areOff(device));
  }

  private <T> T onDevice(Callable<T> action) {
    try {
      return call(action);
    } catch (LabException refused) {
      throw refused;
    } catch (Exception failure) {
      throw new LabException("cannot set up a device of " + name(), failure);
    }
  }

  /**
   * Makes one TCP connection from this host by this JVM, see {@link #call}: nothing has to be
   * started in the host. (The very first one takes some 50 ms more, to load classes.)
   */
  public final Banner connectOnce(Target target) throws Exception {
    return call(
        () -> {
          try (TcpClient client = TcpClient.open(target)) {
            return client.banner();
          }
        });
  }

  /** Clients in this host; starts its process if there is none. */
  public final Probe probe() {
    return new Probe(startServers());
  }

  /** Ends this host's servers and probe; they start again at the next use. */
  public final void stopServers() {
    Servers running = servers.getAndSet(null);
    if (running != null) {
      running.process().kill();
    }
  }

  /** Starts the echo servers, unless they run, and waits until they answer. */
  final ControlSocket startServers() {
    Servers running = launchServers();
    running.awaitReady();
    return running.control();
  }

  /** Starts the echo servers, unless they run, and does not wait. */
  final Servers launchServers() {
    synchronized (servers) {
      if (servers.get() == null) {
        servers.set(Servers.start(this, serverPorts));
      }
      return servers.get();
    }
  }

  final Path directory() {
    return place.directory();
  }

  final HostPlace place() {
    return place;
  }

  final LabProcess start(List<String> command, Map<String, String> environment, Path cgroup) {
    return start(command.getFirst().replaceAll(".*/", ""), command, environment, cgroup);
  }

  final LabProcess start(
      String title, List<String> command, Map<String, String> environment, Path cgroup) {
    List<String> detached = new ArrayList<>(List.of("setsid"));
    detached.addAll(entered(command));
    ProcessBuilder builder = new ProcessBuilder(detached);
    builder.environment().putAll(environment);
    builder.environment().put(EnterScript.CGROUP_VARIABLE, cgroup.toString());
    try {
      Path log = Files.createTempFile(directory(), title + "-", ".log");
      Process process =
          builder
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(log.toFile())
              .start();
      return new LabProcess("%s in %s".formatted(title, name()), process, log);
    } catch (IOException failure) {
      throw new LabException("cannot start %s in %s".formatted(title, name()), failure);
    }
  }

  private List<String> entered(List<String> command) {
    List<String> all = new ArrayList<>(List.of("sh", EnterScript.path(directory()).toString()));
    all.addAll(command);
    return all;
  }

  /** Waits for {@code condition} while {@code process} lives. */
  static void await(String what, LabProcess process, Duration timeout, BooleanSupplier condition) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!condition.getAsBoolean()) {
      if (!process.isAlive()) {
        throw new LabException(
            "%s ended before it was ready; its log:\n%s".formatted(what, process.log()));
      }
      if (System.nanoTime() > deadline) {
        throw new LabException(
            "%s was not ready within %s; its log:\n%s".formatted(what, timeout, process.log()));
      }
      Pause.millis(5);
    }
  }

  @Override
  public final String toString() {
    return name();
  }
}
