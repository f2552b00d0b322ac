// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.loader.BpfLink;
import dev.sluice.loader.CgroupAttachType;
import java.nio.file.Path;

/** The programs that see connect(), on a cgroup until this is closed. */
final class SocketHooks implements AutoCloseable {
  private final BpfLink connect4;
  private final BpfLink connect6;

  SocketHooks(LoadedObjects objects, Path cgroup) {
    connect4 = attach(objects, "connect4", cgroup, CgroupAttachType.INET4_CONNECT);
    try {
      connect6 = attach(objects, "connect6", cgroup, CgroupAttachType.INET6_CONNECT);
    } catch (RuntimeException e) {
      connect4.close();
      throw e;
    }
  }

  private static BpfLink attach(
      LoadedObjects objects, String program, Path cgroup, CgroupAttachType type) {
    return BpfLink.attachCgroup(objects.socketProgram(program), cgroup, type);
  }

  @Override
  public void close() {
    connect6.close();
    connect4.close();
  }
}
