// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.bench.common.Samples;
import dev.sluice.bench.datapath.TimedSocket.Kind;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.node.PrivateCgroup;
import dev.sluice.node.PrivateNetwork;
import dev.sluice.node.SocketProbe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What connect() costs over a Service's address, on top of connect() to the backend itself with no
 * program attached. The programs have no test run, so real sockets connect, in a network namespace
 * of their own and from a cgroup that holds this process alone.
 */
final class ConnectStage implements AutoCloseable {
  private static final Target TARGET = new Target.AtMost(500);

  /** A round goes back and forth between the two so often: what drifts meets both. */
  private static final int TURNS = 8;

  private final Testbed testbed;
  private final int connects;
  private final PrivateNetwork network = new PrivateNetwork();
  private Optional<PrivateCgroup> cgroup = Optional.empty();
  private Optional<ServerSocketChannel> listener = Optional.empty();

  /**
   * @param connects of a round, of each kind
   */
  ConnectStage(Testbed testbed, int connects) {
    this.testbed = testbed;
    this.connects = connects;
  }

  Stage stage() {
    List<Case> cases = new ArrayList<>();
    for (IpFamily family : IpFamily.values()) {
      Addresses addresses = Addresses.of(family);
      for (Kind kind : Kind.values()) {
        String protocol = kind == Kind.STREAM ? "TCP" : "UDP";
        cases.add(
            make(
                protocol + " connect by a Service",
                family,
                kind,
                List.of(addresses.clusterIp()),
                TARGET));
        cases.add(
            make(
                protocol + " connect by no Service",
                family,
                kind,
                addresses.backendsHere(),
                new Target.None()));
      }
    }
    return new Stage(network, this::prepare, 0, cases);
  }

  private Case make(
      String name, IpFamily family, Kind kind, List<IpAddress> destinations, Target target) {
    return new Case(
        new Label("socket", name, Label.name(family), 0),
        2 * connects,
        round -> overPlain(kind, destinations, Addresses.of(family).backendsHere()),
        target);
  }

  /** The backends' addresses are on the loopback device; nothing leaves it. */
  private void prepare() {
    List<String> lines = new ArrayList<>(List.of("link set lo up"));
    for (IpFamily family : IpFamily.values()) {
      String noDetection = family == IpFamily.IPV6 ? " nodad" : "";
      for (IpAddress backend : Addresses.of(family).backendsHere()) {
        lines.add(
            "address add %s/%d dev lo%s".formatted(backend, family.addressBits(), noDetection));
      }
    }
    network.configure(lines);
    cgroup = Optional.of(new PrivateCgroup());
    try {
      ServerSocketChannel channel = ServerSocketChannel.open();
      listener = Optional.of(channel);
      // Of both families; connections are taken off one by one.
      channel.bind(new InetSocketAddress(Testbed.PORT)).configureBlocking(false);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen in a network namespace of its own", e);
    }
  }

  private double overPlain(Kind kind, List<IpAddress> destinations, List<IpAddress> backends) {
    List<Double> plain = new ArrayList<>();
    List<Double> hooked = new ArrayList<>();
    for (int turn = 0; turn < TURNS; turn++) {
      connect(kind, backends, plain);
      try (SocketHooks _ = new SocketHooks(testbed.objects(), cgroup.orElseThrow().path())) {
        connect(kind, destinations, hooked);
      }
    }
    return new Samples(hooked).median() - new Samples(plain).median();
  }

  /**
   * Connects to each in turn: a Service's backends are as many, and the kernel has to find each.
   */
  private void connect(Kind kind, List<IpAddress> destinations, List<Double> nanos) {
    try (Arena arena = Arena.ofConfined()) {
      List<MemorySegment> addresses = destinations.stream().map(to -> address(arena, to)).toList();
      for (int count = 0; count < Math.ceilDiv(connects, TURNS); count++) {
        MemorySegment address = addresses.get(count % addresses.size());
        try (TimedSocket socket = TimedSocket.open(address, kind, arena)) {
          nanos.add((double) socket.connect(address));
        }
        if (kind == Kind.STREAM) {
          takeOff();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot take a connection off the listening socket", e);
    }
  }

  private static MemorySegment address(Arena arena, IpAddress destination) {
    try {
      return SocketProbe.address(
          arena,
          new InetSocketAddress(InetAddress.getByAddress(destination.bytes()), Testbed.PORT));
    } catch (UnknownHostException e) {
      throw new AssertionError("4 and 16 bytes are addresses", e);
    }
  }

  /** A connection stays in the listening socket's queue even if it has been reset. */
  private void takeOff() throws IOException {
    SocketChannel taken = listener.orElseThrow().accept();
    if (taken != null) {
      taken.close();
    }
  }

  @Override
  public void close() {
    try {
      if (listener.isPresent()) {
        listener.get().close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the listening socket", e);
    } finally {
      cgroup.ifPresent(PrivateCgroup::close);
      network.close();
    }
  }
}
