// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

/**
 * A request, without its body, which no answer depends on.
 *
 * @param method such as {@code GET}; answers do not depend on it, as with Go's mux
 * @param path without the query
 * @param query behind the question mark; "" without one
 */
public record HttpQuestion(String method, String path, String query) {}
