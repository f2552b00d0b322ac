// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.loader.ProgramType;
import java.util.Optional;
import java.util.stream.Stream;

/** What tc programs (linux/pkt_cls.h) and XDP programs (linux/bpf.h) return. */
enum ReturnValue {
  TC_ACT_UNSPEC(ProgramType.SCHED_CLS, -1),
  TC_ACT_OK(ProgramType.SCHED_CLS, 0),
  TC_ACT_RECLASSIFY(ProgramType.SCHED_CLS, 1),
  TC_ACT_SHOT(ProgramType.SCHED_CLS, 2),
  TC_ACT_PIPE(ProgramType.SCHED_CLS, 3),
  TC_ACT_STOLEN(ProgramType.SCHED_CLS, 4),
  TC_ACT_QUEUED(ProgramType.SCHED_CLS, 5),
  TC_ACT_REPEAT(ProgramType.SCHED_CLS, 6),
  TC_ACT_REDIRECT(ProgramType.SCHED_CLS, 7),
  XDP_ABORTED(ProgramType.XDP, 0),
  XDP_DROP(ProgramType.XDP, 1),
  XDP_PASS(ProgramType.XDP, 2),
  XDP_TX(ProgramType.XDP, 3),
  XDP_REDIRECT(ProgramType.XDP, 4);

  private final ProgramType type;
  private final int value;

  ReturnValue(ProgramType type, int value) {
    this.type = type;
    this.value = value;
  }

  int value() {
    return value;
  }

  /** Those of a program type. */
  static Stream<ReturnValue> of(ProgramType type) {
    return Stream.of(values()).filter(one -> one.type == type);
  }

  /** The name of a number, or the number itself if it has none. */
  static String name(ProgramType type, int value) {
    Optional<ReturnValue> known = of(type).filter(one -> one.value == value).findFirst();
    return known.map(ReturnValue::name).orElseGet(() -> Integer.toString(value));
  }
}
