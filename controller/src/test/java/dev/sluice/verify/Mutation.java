// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * One rule of kube-proxy broken in the text of a class of {@code dev.sluice.plan}.
 *
 * @param rule the rule's number
 * @param becomes what the rule becomes
 * @param type the class's simple name
 * @param original a piece of its text that is there once
 * @param replacement what is put there instead
 */
record Mutation(int rule, String becomes, String type, String original, String replacement) {
  private static final Path SOURCES = Path.of("src/main/java/dev/sluice/plan");

  /** The text of the class with this mutation in it. */
  String source() {
    String text;
    try {
      text = Files.readString(SOURCES.resolve(type + ".java"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(text.split(Pattern.quote(original), -1))
        .as(
            "%s.java must hold this text once, or the mutation of rule %d must be written anew: %s",
            type, rule, original)
        .hasSize(2);
    return text.replace(original, replacement);
  }

  @Override
  public String toString() {
    return "rule " + rule + ": " + becomes;
  }
}
