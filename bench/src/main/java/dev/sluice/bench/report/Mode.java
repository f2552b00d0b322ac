// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import dev.sluice.bench.report.plot.Marker;
import dev.sluice.bench.report.plot.Style;
import java.awt.Color;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a client's packets reach a pod. Colours are those of Okabe and Ito, which most people tell
 * apart who do not see all colours; IPVS, for which none is left, has an olive.
 */
enum Mode {
  DIRECT("direct", "direct to the pod", 0x3f3f3f, Marker.BAR, true),
  SLUICE_SOCKETS("sluice-sockets", "Sluice, socket hooks", 0x0072b2, Marker.CIRCLE, true),
  SLUICE_TC("sluice-tc", "Sluice, tc only", 0x56b4e9, Marker.DIAMOND, true),
  SLUICE_XDP("sluice-xdp", "Sluice, XDP", 0x009e73, Marker.SQUARE, true),
  NFTABLES("nftables", "nftables", 0xcc79a7, Marker.HOURGLASS, false),
  IPVS_RR("ipvs-rr", "IPVS, rr", 0x857a00, Marker.SQUARE, false),
  IPVS_MH("ipvs-mh", "IPVS, mh", 0x857a00, Marker.DIAMOND, false),
  IPTABLES_LEGACY("iptables-legacy", "iptables (legacy)", 0xd55e00, Marker.TRIANGLE, false),
  IPTABLES_NFT("iptables-nft", "iptables (nft)", 0xe69f00, Marker.TRIANGLE_DOWN, false);

  private final String key;
  private final String label;
  private final int color;
  private final Marker marker;
  private final boolean filled;

  Mode(String key, String label, int color, Marker marker, boolean filled) {
    this.key = key;
    this.label = label;
    this.color = color;
    this.marker = marker;
    this.filled = filled;
  }

  /** Its name in the files. */
  String key() {
    return key;
  }

  /** Its name for readers. */
  String label() {
    return label;
  }

  /** Its name in "relative to". */
  String briefly() {
    return this == DIRECT ? "direct" : label;
  }

  Style style() {
    return new Style(new Color(color), marker, filled, key.startsWith("sluice"));
  }

  static Mode read(JsonField field) {
    Optional<Mode> known =
        Arrays.stream(values()).filter(mode -> mode.key.equals(field.text())).findFirst();
    field.check(
        known.isPresent(),
        "must be one of "
            + Arrays.stream(values()).map(Mode::key).collect(Collectors.joining(", ")));
    return known.orElseThrow();
  }
}
