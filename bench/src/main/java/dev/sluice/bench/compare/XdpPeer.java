// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.common.EmptyPrograms;
import dev.sluice.lab.Host;
import dev.sluice.loader.BpfLink;
import dev.sluice.loader.ProgramType;
import java.util.ArrayList;
import java.util.List;

/** What a veth that sends by XDP needs at its other end: an XDP program, if only an empty one. */
final class XdpPeer implements AutoCloseable {
  private final EmptyPrograms programs = new EmptyPrograms();
  private final List<BpfLink> links = new ArrayList<>();

  /** Lets a device take what its peer sends by XDP. */
  void receive(Host host, String device) {
    String line = host.run("ip", "-o", "link", "show", device);
    int index = Integer.parseInt(line.substring(0, line.indexOf(':')));
    try {
      links.add(host.call(() -> BpfLink.attachXdp(programs.of(ProgramType.XDP), index)));
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new CompareException("no XDP on " + device + " of " + host, e);
    }
  }

  @Override
  public void close() {
    links.forEach(BpfLink::close);
    programs.close();
  }
}
