// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A response.
 *
 * @param headers besides those that are about the connection and the length
 */
public record HttpAnswer(int status, Map<String, String> headers, String body) {
  private static final String CONTENT_TYPE = "Content-Type";

  public HttpAnswer {
    requireNonNull(body, "body");
    headers = Map.copyOf(headers);
  }

  /** Of a type that no browser is to guess anew. */
  public static HttpAnswer of(int status, String contentType, String body) {
    return new HttpAnswer(
        status, Map.of(CONTENT_TYPE, contentType, "X-Content-Type-Options", "nosniff"), body);
  }

  public static HttpAnswer text(int status, String body) {
    return of(status, "text/plain; charset=utf-8", body);
  }

  public static HttpAnswer json(int status, String body) {
    return of(status, "application/json", body);
  }

  /** This one with one more header. */
  public HttpAnswer with(String name, String value) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put(name, value);
    return new HttpAnswer(status, all, body);
  }
}
