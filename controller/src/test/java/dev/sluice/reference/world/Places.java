// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference.world;

import java.util.List;
import java.util.Locale;

/** The addresses that worlds are made of. */
final class Places {
  static final String HERE = "here";
  static final String ELSEWHERE = "there";
  static final String ZONE = "west";

  static final String NODE_4 = "198.51.100.1";
  static final String NODE_6 = "2001:db8:1::1";
  static final String SECOND_NODE_4 = "198.51.100.2";
  static final String SECOND_NODE_6 = "2001:db8:1::2";
  static final String OTHER_NODE_4 = "198.51.100.7";
  static final String OTHER_NODE_6 = "2001:db8:1::7";

  /** Of every Service; each port of it can be another one's. */
  static final String SHARED_4 = "192.0.2.100";

  static final String SHARED_6 = "2001:db8:2::1";

  /** Asked for, but not given to any Service. */
  static final String UNUSED_VIP = "203.0.113.99";

  /** An address of no use, which must not appear anywhere. */
  static final String WRONG_4 = "10.66.0.1";

  static final String WRONG_6 = "fd00:66::1";

  /** This node's pods have 10.1.0.0/24 and fd00:1::/64, those of the other 10.2.0.0/24... */
  private static final List<String> BACKENDS_4 =
      List.of("10.1.0.2", "10.2.0.2", "10.1.0.3", "10.2.0.3", "10.1.0.4", NODE_4);

  private static final List<String> BACKENDS_6 =
      List.of("fd00:1::2", "fd00:2::2", "fd00:1::3", "fd00:2::3", "fd00:1::4", NODE_6);

  private Places() {}

  static String backend(boolean ipv4, int number) {
    return (ipv4 ? BACKENDS_4 : BACKENDS_6).get(number);
  }

  static int backends() {
    return BACKENDS_4.size();
  }

  static String clusterIp(boolean ipv4, int service) {
    return (ipv4 ? "10.96.0." : "fd00:96::") + (service + 1);
  }

  static String wrong(boolean ipv4) {
    return ipv4 ? WRONG_4 : WRONG_6;
  }

  /** The same address, written in another way (rule 17). */
  static String otherSpelling(String address) {
    if (address.contains(":")) {
      return address.replace("::", ":0:0::").toUpperCase(Locale.ROOT);
    }
    StringBuilder text = new StringBuilder();
    for (String number : address.split("\\.", -1)) {
      text.append(text.isEmpty() ? "" : ".").append("0".repeat(3 - number.length()) + number);
    }
    return text.toString();
  }
}
