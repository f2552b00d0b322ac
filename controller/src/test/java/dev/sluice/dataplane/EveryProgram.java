// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.loader.BpfProgram;
import dev.sluice.node.KernelFeature;
import dev.sluice.node.KernelFeatures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Loads all programs there are. As a command it does so under the kernel that it runs on. */
final class EveryProgram {
  static final MapSizes SIZES = new MapSizes(64, 64, 64, 64, 64, 64);

  private EveryProgram() {}

  /**
   * All programs of these objects, loading those that are not loaded yet.
   *
   * @param iteratorsMakeCookies the kernel has {@link KernelFeature#SOCKET_COOKIE}
   */
  static List<BpfProgram> of(LoadedObjects objects, boolean iteratorsMakeCookies) {
    List<BpfProgram> programs = new ArrayList<>();
    for (int linkHeader : new int[] {LoadedObjects.ETHERNET_HEADER, 0}) {
      programs.add(objects.ingress(linkHeader));
      programs.add(objects.egress(linkHeader));
    }
    programs.add(objects.xdp());
    for (String call : List.of("connect", "sendmsg", "recvmsg", "getpeername")) {
      programs.add(objects.socketProgram(call + "4"));
      programs.add(objects.socketProgram(call + "6"));
    }
    programs.add(objects.socketProgram("sock_release"));
    if (iteratorsMakeCookies) {
      programs.add(objects.staleSocketProgram(true));
    }
    programs.add(objects.staleSocketProgram(false));
    programs.add(objects.clock().program());
    programs.add(objects.explainProgram());
    objects.collectProgram().ifPresent(programs::add);
    return programs;
  }

  /** Prints a line for each program, as the agent would configure them here. */
  public static void main(String[] arguments) {
    KernelFeatures kernel = KernelFeatures.detect(Path.of("/"));
    LoadOptions options =
        new LoadOptions(
            SIZES,
            kernel.has(KernelFeature.SET_RETVAL),
            kernel.has(KernelFeature.SYSCALL_PROGRAMS)
                && kernel.has(KernelFeature.FOR_EACH_MAP_ELEMENT),
            false,
            true);
    try (LoadedObjects objects = LoadedObjects.unpinned(options)) {
      for (BpfProgram program : of(objects, kernel.has(KernelFeature.SOCKET_COOKIE))) {
        System.out.println("loaded " + program.name());
      }
    }
  }
}
