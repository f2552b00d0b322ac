// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import dev.sluice.bench.compare.result.Mode;
import dev.sluice.bench.report.plot.Marker;
import dev.sluice.bench.report.plot.Style;
import java.awt.Color;

/**
 * How a mode looks in plots. Colours are those of Okabe and Ito, which most people tell apart who
 * do not see all colours; IPVS, for which none is left, has an olive.
 */
final class ModeStyle {
  private ModeStyle() {}

  static Style of(Mode mode) {
    return switch (mode) {
      case DIRECT -> style(mode, 0x3f3f3f, Marker.BAR);
      case SLUICE_SOCKETS -> style(mode, 0x0072b2, Marker.CIRCLE);
      case SLUICE_TC -> style(mode, 0x56b4e9, Marker.DIAMOND);
      case SLUICE_XDP -> style(mode, 0x009e73, Marker.SQUARE);
      case NFTABLES -> style(mode, 0xcc79a7, Marker.HOURGLASS);
      case IPVS_RR -> style(mode, 0x857a00, Marker.SQUARE);
      case IPVS_MH -> style(mode, 0x857a00, Marker.DIAMOND);
      case IPTABLES_LEGACY -> style(mode, 0xd55e00, Marker.TRIANGLE);
      case IPTABLES_NFT -> style(mode, 0xe69f00, Marker.TRIANGLE_DOWN);
    };
  }

  private static Style style(Mode mode, int color, Marker marker) {
    boolean filled = mode.isSluice() || mode == Mode.DIRECT;
    return new Style(new Color(color), marker, filled, mode.isSluice());
  }
}
