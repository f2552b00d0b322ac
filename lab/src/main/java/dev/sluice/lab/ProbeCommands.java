// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The commands of {@link Probe}, carried out in the pod's process. */
final class ProbeCommands {
  private final AtomicInteger handles = new AtomicInteger();
  private final Map<String, TcpClient> openConnections = new ConcurrentHashMap<>();
  private final Map<String, UdpClient> openSockets = new ConcurrentHashMap<>();
  private final Map<String, ConversationRun> conversations = new ConcurrentHashMap<>();
  private final Map<String, RunningTransfer> transfers = new ConcurrentHashMap<>();
  private final Map<String, RunningResolver> resolvers = new ConcurrentHashMap<>();

  Fields run(Fields request) throws IOException {
    return switch (request.text("command")) {
      case "hello" -> new Fields();
      case "connect" -> connect(Target.of(request));
      case "connectMany" -> connectMany(request);
      case "shortConnections" -> shortConnections(request);
      case "open" -> open(Target.of(request));
      case "echo" -> Fields.of("text", open(request).echo(request.text("text")));
      case "close" -> close(request);
      case "converse" -> converse(request);
      case "conversationProgress" ->
          Fields.of("fewest", conversation(request).fewest())
              .with("broken", conversation(request).isBroken());
      case "conversationReport" -> conversation(request).report().toFields();
      case "stopConversations" -> stopConversations(request);
      case "transfer" -> transferClient(request).run().toFields();
      case "startTransfer" -> startTransfer(request);
      case "transferProgress" -> Fields.of("bytes", transfer(request).client().progress());
      case "awaitTransfer" -> transfer(request).task().await().toFields();
      case "udp" -> udp(request);
      case "udpMany" -> udpMany(request);
      case "udpAll" -> udpAll(request);
      case "openUdp" -> openUdp(request);
      case "askUdp" -> askUdp(request);
      case "closeUdp" -> closeUdp(request);
      case "startResolver" -> startResolver(request);
      case "resolverProgress" -> resolverProgress(request);
      case "awaitResolver" -> resolver(request).task().await().toFields();
      case "dnsByTurns" -> dnsByTurns(request);
      case "dnsOverTcp" -> DnsTcpClient.ask(Target.of(request), question(request)).toFields();
      case "dnsOverTcpMany" -> dnsOverTcpMany(request);
      default -> throw new LabException("unknown command: " + request);
    };
  }

  private static Fields connect(Target target) throws IOException {
    try (TcpClient client = TcpClient.open(target)) {
      return connection(client).toFields();
    }
  }

  private static Connection connection(TcpClient client) throws IOException {
    return new Connection(
        client.banner(),
        (InetSocketAddress) client.channel().getLocalAddress(),
        SocketNames.remote(client.channel()),
        SocketNames.peer(client.channel()));
  }

  private static Fields connectMany(Fields request) {
    Target target = Target.of(request);
    return new ManyRequests(request.number("total"), request.number("concurrency"))
        .run(
            () -> {
              try (TcpClient client = TcpClient.open(target)) {
                return client.banner().server();
              }
            })
        .toFields();
  }

  private static Fields shortConnections(Fields request) {
    return new ShortConnectionRun(Target.of(request), request.bigNumber("total"))
        .run(request.number("concurrency"))
        .toFields();
  }

  private Fields open(Target target) throws IOException {
    TcpClient client = TcpClient.open(target);
    String handle = newHandle();
    openConnections.put(handle, client);
    return connection(client).toFields().with("handle", handle);
  }

  private TcpClient open(Fields request) {
    return known(openConnections, request);
  }

  private Fields close(Fields request) throws IOException {
    open(request).close();
    openConnections.remove(request.text("handle"));
    return new Fields();
  }

  private Fields converse(Fields request) throws IOException {
    String handle = newHandle();
    conversations.put(
        handle, ConversationRun.start(Target.of(request), request.number("connections")));
    return Fields.of("handle", handle);
  }

  private ConversationRun conversation(Fields request) {
    return known(conversations, request);
  }

  private Fields stopConversations(Fields request) throws IOException {
    conversation(request).stop();
    conversations.remove(request.text("handle"));
    return new Fields();
  }

  private static TransferClient transferClient(Fields request) {
    return new TransferClient(
        Target.of(request), request.bigNumber("bytes"), request.bigNumber("bytesPerSecond"));
  }

  private Fields startTransfer(Fields request) {
    RunningTransfer transfer = RunningTransfer.start(transferClient(request));
    String handle = newHandle();
    transfers.put(handle, transfer);
    return Fields.of("handle", handle);
  }

  private RunningTransfer transfer(Fields request) {
    return known(transfers, request);
  }

  private static Fields udp(Fields request) throws IOException {
    Target target = Target.of(request);
    try (UdpClient client = UdpClient.open(target)) {
      if (request.flag("connected")) {
        client.connect(target);
      }
      return client.ask(target, request.text("payload")).toFields();
    }
  }

  private static Fields udpMany(Fields request) {
    Target target = Target.of(request);
    return new ManyRequests(request.number("total"), request.number("concurrency"))
        .run(
            () -> {
              try (UdpClient client = UdpClient.open(target)) {
                return client.ask(target, "many").server();
              }
            })
        .toFields();
  }

  /** Asks all targets from one unconnected socket before it reads the first answer. */
  private static Fields udpAll(Fields request) throws IOException {
    List<Target> targets = targets(request);
    Fields replies = new Fields();
    try (UdpClient client = UdpClient.open(targets.getFirst())) {
      for (int i = 0; i < targets.size(); i++) {
        client.send(targets.get(i), Integer.toString(i));
      }
      for (int i = 0; i < targets.size(); i++) {
        UdpReply reply = client.receive();
        replies.with("reply." + reply.payload(), reply.toFields());
      }
    }
    return replies;
  }

  private Fields openUdp(Fields request) throws IOException {
    Target target = Target.of(request);
    UdpClient client = UdpClient.open(target);
    if (request.flag("connected")) {
      client.connect(target);
    }
    String handle = newHandle();
    openSockets.put(handle, client);
    return Fields.of("handle", handle);
  }

  private Fields askUdp(Fields request) throws IOException {
    return known(openSockets, request).ask(Target.of(request), request.text("payload")).toFields();
  }

  private Fields closeUdp(Fields request) throws IOException {
    known(openSockets, request).close();
    openSockets.remove(request.text("handle"));
    return new Fields();
  }

  private Fields startResolver(Fields request) throws IOException {
    DnsResolver resolver =
        new DnsResolver(Target.of(request), request.number("queries"), request.number("perSecond"));
    String handle = newHandle();
    resolvers.put(handle, RunningResolver.start(resolver));
    return Fields.of("handle", handle);
  }

  private Fields resolverProgress(Fields request) {
    DnsResolver resolver = resolver(request).resolver();
    return Fields.of("queries", resolver.progress()).with("server", resolver.lastServer());
  }

  private RunningResolver resolver(Fields request) {
    return known(resolvers, request);
  }

  private static Fields dnsByTurns(Fields request) throws IOException {
    return new DnsByTurns(targets(request)).run(request.number("rounds")).toFields();
  }

  private static DnsQuestion question(Fields request) {
    return new DnsQuestion(request.text("name"), DnsQuestion.Type.valueOf(request.text("type")));
  }

  private static Fields dnsOverTcpMany(Fields request) {
    Target target = Target.of(request);
    return new ManyRequests(request.number("total"), request.number("concurrency"))
        .run(() -> DnsTcpClient.ask(target, question(request)).server())
        .toFields();
  }

  private static List<Target> targets(Fields request) {
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < request.number("targets"); i++) {
      targets.add(Target.of(Fields.parse(request.text("target." + i))));
    }
    return targets;
  }

  private String newHandle() {
    return Integer.toString(handles.incrementAndGet());
  }

  private static <T> T known(Map<String, T> all, Fields request) {
    T value = all.get(request.text("handle"));
    if (value == null) {
      throw new LabException("closed or never opened: " + request);
    }
    return value;
  }
}
