// SPDX-License-Identifier: Apache-2.0
package dev.sluice.config;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Optional;

/** What values a setting takes; in text, as on a command line. */
public enum ValueKind {
  /** Only these two words: other words of YAML for them are text to kube-proxy, too. */
  BOOLEAN("true or false") {
    @Override
    boolean accepts(String text) {
      return text.equals("true") || text.equals("false");
    }
  },
  /** 32 bits with a sign. */
  INTEGER("a whole number") {
    @Override
    boolean accepts(String text) {
      return isNumber(text) && new BigDecimal(text).stripTrailingZeros().scale() <= 0 && fits(text);
    }

    private boolean fits(String text) {
      BigDecimal value = new BigDecimal(text);
      return value.compareTo(BigDecimal.valueOf(Integer.MIN_VALUE)) >= 0
          && value.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) <= 0;
    }
  },
  NUMBER("a number") {
    @Override
    boolean accepts(String text) {
      return isNumber(text);
    }
  },
  DURATION("a duration such as 30s or 1h30m") {
    @Override
    boolean accepts(String text) {
      try {
        GoDuration.parse(text);
        return true;
      } catch (IllegalArgumentException e) {
        return false;
      }
    }
  },
  TEXT("text"),
  /** Joined by commas. */
  LIST("a list of text"),
  /** Not looked into. */
  ANY("anything");

  private final String words;

  ValueKind(String words) {
    this.words = words;
  }

  /** Whether the text can be read as this kind. */
  boolean accepts(String text) {
    return true;
  }

  /** What is wrong with a text as a value of this kind, if anything is. */
  public Optional<String> problem(String text) {
    return accepts(text) ? Optional.empty() : Optional.of("'%s' is not %s".formatted(text, words));
  }

  /** What it takes, as in "must be …". */
  public String words() {
    return words;
  }

  /** Whether it is what an empty or zero value is to Go. */
  public boolean isZero(String text) {
    return switch (this) {
      case BOOLEAN -> text.equals("false");
      case INTEGER, NUMBER -> isNumber(text) && new BigDecimal(text).signum() == 0;
      case DURATION -> accepts(text) && GoDuration.parse(text).isZero();
      case TEXT, LIST -> text.isEmpty();
      case ANY -> Arrays.stream(text.split(",", -1)).allMatch(part -> part.matches("(.*=)?(0s?)?"));
    };
  }

  /** The same value in the one way in which it is shown and compared. */
  public String canonical(String text) {
    return switch (this) {
      case DURATION -> accepts(text) ? GoDuration.format(GoDuration.parse(text)) : text;
      case INTEGER, NUMBER ->
          accepts(text) ? new BigDecimal(text).stripTrailingZeros().toPlainString() : text;
      case LIST -> String.join(",", Arrays.stream(text.split(",", -1)).map(String::strip).toList());
      case BOOLEAN, TEXT, ANY -> text;
    };
  }

  private static boolean isNumber(String text) {
    try {
      BigDecimal _ = new BigDecimal(text);
      return text.length() < 40;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
