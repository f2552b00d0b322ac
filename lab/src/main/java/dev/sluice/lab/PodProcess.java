// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The one program of the lab that runs in a pod, node or client: echo servers, and the clients that
 * a test drives through the control socket. Uses nothing but the JDK, to start quickly.
 *
 * <p>Arguments: the host's name, the path of the control socket, ports of the servers.
 */
public final class PodProcess {
  private PodProcess() {}

  public static void main(String[] arguments) throws IOException {
    List<String> all = Arrays.asList(arguments);
    String name = all.getFirst();
    for (String port : all.subList(2, all.size())) {
      new TcpEchoServer(name).start(Integer.parseInt(port));
      new UdpEchoServer(name).start(Integer.parseInt(port));
    }
    new ControlServer(new ProbeCommands()).serve(Path.of(all.get(1)));
  }
}
