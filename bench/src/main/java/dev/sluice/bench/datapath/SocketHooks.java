// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.loader.BpfException;
import dev.sluice.loader.BpfLink;
import dev.sluice.loader.CgroupAttachType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The programs that a connection meets, on a cgroup until this is closed. */
final class SocketHooks implements AutoCloseable {
  private final List<BpfLink> links = new ArrayList<>();

  SocketHooks(LoadedObjects objects, Path cgroup) {
    try {
      attach(objects, "sock_release", cgroup, CgroupAttachType.INET_SOCK_RELEASE);
      attach(objects, "connect4", cgroup, CgroupAttachType.INET4_CONNECT);
      attach(objects, "connect6", cgroup, CgroupAttachType.INET6_CONNECT);
    } catch (BpfException e) {
      close();
      throw e;
    }
  }

  private void attach(LoadedObjects objects, String program, Path cgroup, CgroupAttachType type) {
    links.add(BpfLink.attachCgroup(objects.socketProgram(program), cgroup, type));
  }

  @Override
  public void close() {
    links.forEach(BpfLink::close);
  }
}
