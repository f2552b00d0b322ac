// SPDX-License-Identifier: Apache-2.0
package dev.sluice.attach;

import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.dataplane.PinDirectory;
import dev.sluice.loader.BpfLink;
import dev.sluice.loader.BpfProgram;
import dev.sluice.loader.CgroupAttachType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Keeps the socket programs on a cgroup, each by a pinned link {@code cgroup-PROGRAM}. */
public final class SocketAttachments {
  private static final String PREFIX = "cgroup-";
  private static final Map<String, CgroupAttachType> PROGRAMS = programs();

  private SocketAttachments() {}

  private static Map<String, CgroupAttachType> programs() {
    Map<String, CgroupAttachType> programs = new LinkedHashMap<>();
    // What tells a peer comes first: no socket may meet a translation that is not undone for it,
    // and none is to be remembered that nobody forgets.
    programs.put("recvmsg4", CgroupAttachType.UDP4_RECVMSG);
    programs.put("recvmsg6", CgroupAttachType.UDP6_RECVMSG);
    programs.put("getpeername4", CgroupAttachType.INET4_GETPEERNAME);
    programs.put("getpeername6", CgroupAttachType.INET6_GETPEERNAME);
    programs.put("sock_release", CgroupAttachType.INET_SOCK_RELEASE);
    programs.put("sendmsg4", CgroupAttachType.UDP4_SENDMSG);
    programs.put("sendmsg6", CgroupAttachType.UDP6_SENDMSG);
    programs.put("connect4", CgroupAttachType.INET4_CONNECT);
    programs.put("connect6", CgroupAttachType.INET6_CONNECT);
    return programs;
  }

  /** Puts the programs on the cgroup, in place of those of an earlier agent. */
  public static void attach(LoadedObjects objects, PinDirectory pins, Path cgroup) {
    PROGRAMS.forEach(
        (name, hook) -> attach(objects.socketProgram(name), hook, pins.links(), name, cgroup));
  }

  private static void attach(
      BpfProgram program, CgroupAttachType hook, Path links, String name, Path cgroup) {
    Path pin = links.resolve(PREFIX + name);
    if (Files.exists(pin)) {
      try (BpfLink link = BpfLink.openPinned(pin)) {
        if (link.info().cgroupId() == cgroupId(cgroup)) {
          link.update(program);
          return;
        }
      }
      PinDirectory.unpin(pin);
    }
    try (BpfLink link = BpfLink.attachCgroup(program, cgroup, hook)) {
      link.pin(pin);
    }
  }

  /** Takes off what this instance has put on a cgroup, whatever agent did it. */
  public static void detachAll(PinDirectory pins) {
    for (Path pin : PinDirectory.files(pins.links())) {
      if (String.valueOf(pin.getFileName()).startsWith(PREFIX)) {
        try (BpfLink link = BpfLink.openPinned(pin)) {
          if (link.info().cgroupId() != 0) {
            link.detach();
          }
        }
        PinDirectory.unpin(pin);
      }
    }
  }

  /** A cgroup's id is the number of its directory's inode. */
  private static long cgroupId(Path cgroup) {
    try {
      return (Long) Files.getAttribute(cgroup, "unix:ino");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read cgroup " + cgroup, e);
    }
  }
}
