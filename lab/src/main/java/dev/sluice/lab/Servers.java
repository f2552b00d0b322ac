// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The running {@link PodProcess} of a host. */
record Servers(LabProcess process, Path socket, ControlSocket control) {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(20);

  static Servers start(Host host, List<Integer> ports) {
    Path socket = host.directory().resolve("probe-%d.sock".formatted(System.nanoTime()));
    List<String> command = new ArrayList<>(JavaCommand.small());
    command.addAll(List.of(PodProcess.class.getName(), host.name(), socket.toString()));
    ports.forEach(port -> command.add(port.toString()));
    LabProcess process = host.start("servers", command, Map.of(), host.cgroup());
    return new Servers(process, socket, new ControlSocket(host.name(), socket));
  }

  void awaitReady() {
    Host.await("the process of its host", process, START_TIMEOUT, this::answers);
  }

  private boolean answers() {
    if (!Files.exists(socket)) {
      return false;
    }
    try {
      control.ask(Fields.of("command", "hello"), START_TIMEOUT);
      return true;
    } catch (LabException boundButNotListeningYet) {
      return false;
    }
  }
}
