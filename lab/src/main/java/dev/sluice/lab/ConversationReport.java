// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.time.Duration;

/**
 * What {@link Conversations} have met for a while.
 *
 * @param messages answered on all connections together
 * @param slowest time from a message to its answer; a lost packet costs a retransmission
 * @param failures how connections broke, empty if none did
 */
public record ConversationReport(long messages, Duration slowest, String failures) {
  Fields toFields() {
    return Fields.of("messages", messages).with("slowest", slowest).with("failures", failures);
  }

  static ConversationReport of(Fields fields) {
    return new ConversationReport(
        fields.bigNumber("messages"), fields.duration("slowest"), fields.text("failures"));
  }
}
