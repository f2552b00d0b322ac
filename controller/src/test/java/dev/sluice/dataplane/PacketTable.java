// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.model.IpFamily;
import java.util.List;
import java.util.stream.Stream;

/**
 * The packet path, packet by packet, for one address family. Read it top down to learn what the
 * programs do: each row installs Services and then lets packets enter or leave by a device of the
 * node; each packet names the reason that is counted and what becomes of it.
 *
 * <pre>
 *   client --- UPLINK [ this node ] POD ---- pod, otherPod (backends of this node)
 *                     [           ] FABRIC - remotePod (backend of another node)
 * </pre>
 */
final class PacketTable {
  private PacketTable() {}

  static List<PacketCase> cases(IpFamily family) {
    Cast cast = Cast.of(family);
    return Stream.of(
            new UntranslatedRows(cast),
            new TranslatedRows(cast),
            new FragmentRows(cast),
            new RefusalRows(cast),
            new AffinityRows(cast),
            new IcmpErrorRows(cast),
            new FlowLifeRows(cast),
            new NextHopRows(cast),
            new XdpRows(cast))
        .flatMap(rows -> rows.cases().stream())
        .toList();
  }
}
