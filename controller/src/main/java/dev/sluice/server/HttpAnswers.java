// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import java.util.Map;

/** Makes answers. */
@FunctionalInterface
public interface HttpAnswers {
  HttpAnswer answer(HttpQuestion question);

  /** Each path is answered as it says, whatever the method; others are 404, in Go's words. */
  static HttpAnswers byPath(Map<String, HttpAnswers> paths) {
    Map<String, HttpAnswers> known = Map.copyOf(paths);
    HttpAnswer unknown = HttpAnswer.text(404, "404 page not found\n");
    return question -> {
      HttpAnswers page = known.get(question.path());
      return page == null ? unknown : page.answer(question);
    };
  }
}
