// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.kubernetes;

import dev.sluice.source.SourceCounts.Request;
import dev.sluice.source.SourceProblem;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The API servers' addresses, of which one is asked at a time, and what came of it. The client
 * behind it repeats what failed, with back-off; here is decided whom it asks next.
 *
 * <p>A server that cannot be reached, or answers 5xx, gives way to the next one of the list. An
 * open watch stays where it is.
 */
final class ApiServers implements Interceptor {
  private static final int SERVER_ERROR = 500;

  private final List<String> addresses;
  private final Clock clock;
  private final Runnable onChange;
  private final Map<Resource, SourceProblem> refusals = new EnumMap<>(Resource.class);
  private final Set<Integer> failed = new HashSet<>();
  private int current;
  private boolean asked;
  private Instant connectedSince;
  private Instant failingSince;
  private String firstFailure = "";
  private Optional<Instant> lastAnswer = Optional.empty();
  private final Map<Request, Long> requests = new HashMap<>();

  /**
   * @param addresses such as {@code https://10.0.0.1:6443}, best first
   * @param onChange called when {@link #problems} may have changed; must return at once
   */
  ApiServers(List<String> addresses, Clock clock, Runnable onChange) {
    this.addresses =
        addresses.stream().map(text -> text.endsWith("/") ? text : text + "/").toList();
    this.clock = clock;
    this.onChange = onChange;
  }

  /** The address that requests are made for, before they are sent to the one that is in favour. */
  String first() {
    return addresses.getFirst();
  }

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    String uri = request.uri().toString();
    builder.uri(URI.create(chosen() + uri.substring(first().length())));
  }

  private synchronized String chosen() {
    asked = true;
    return addresses.get(current);
  }

  @Override
  public void after(
      HttpRequest request,
      HttpResponse<?> response,
      AsyncBody.Consumer<List<ByteBuffer>> consumer) {
    int code = response.code();
    count(request, Integer.toString(code));
    if (code >= SERVER_ERROR) {
      failed("answers " + code);
    } else {
      answered(request.uri(), code);
    }
  }

  @Override
  public void afterConnectionFailure(HttpRequest request, Throwable failure) {
    count(request, "<error>");
    failed(reason(failure));
  }

  /** As client-go counts them; watches, too, when they are opened. */
  private synchronized void count(HttpRequest request, String code) {
    requests.merge(
        new Request(code, request.method(), request.uri().getAuthority()), 1L, Long::sum);
  }

  /** Requests so far. */
  synchronized Map<Request, Long> requests() {
    return Map.copyOf(requests);
  }

  /** When one of the servers last answered a request, with whatever status below 500. */
  synchronized Optional<Instant> lastAnswer() {
    return lastAnswer;
  }

  private synchronized void answered(URI uri, int code) {
    if (connectedSince == null || failingSince != null) {
      connectedSince = now();
    }
    failed.clear();
    failingSince = null;
    lastAnswer = Optional.of(now());
    Resource.ofPath(uri.getPath()).ifPresent(resource -> judge(resource, uri, code));
    onChange.run();
  }

  private void judge(Resource resource, URI uri, int code) {
    boolean watch = uri.getQuery() != null && uri.getQuery().contains("watch=true");
    switch (code) {
      case HttpURLConnection.HTTP_UNAUTHORIZED ->
          refusals.put(
              resource,
              problem(
                  "answers 401 to requests for "
                      + resource
                      + ": it does not accept the token"
                      + " or certificate; look at the kubeconfig or the service account's token"));
      case HttpURLConnection.HTTP_FORBIDDEN ->
          refusals.put(
              resource,
              problem(
                  "answers 403: Sluice may not %s %s; give its account the verbs list and watch on"
                          .formatted(watch ? "watch" : "list", resource)
                      + " them, as the ClusterRole system:node-proxier does"));
      default -> refusals.remove(resource);
    }
  }

  /**
   * Which server it was is not told. A request that failed late may turn away from a good one; the
   * next failure turns back.
   */
  private synchronized void failed(String reason) {
    if (!asked) {
      return; // one of several that failed at once; the first has turned away already
    }
    if (failingSince == null) {
      failingSince = now();
      firstFailure = reason;
    }
    failed.add(current);
    current = (current + 1) % addresses.size();
    asked = false;
    onChange.run();
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getMessage() == null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  private SourceProblem problem(String reason) {
    return new SourceProblem("API server " + servers(), 0, "", reason);
  }

  /** All addresses, as they were given. */
  String servers() {
    return String.join(
        ", ", addresses.stream().map(text -> text.substring(0, text.length() - 1)).toList());
  }

  /** Since when none of the servers can be reached; empty if one can, or none was asked yet. */
  synchronized Optional<Instant> unreachableSince() {
    return failed.size() == addresses.size() ? Optional.of(failingSince) : Optional.empty();
  }

  /** What is wrong between us and the servers. */
  synchronized Set<SourceProblem> problems() {
    Set<SourceProblem> problems = new LinkedHashSet<>();
    unreachableSince()
        .ifPresent(
            since ->
                problems.add(
                    problem(
                        "unreachable since %s (%s); what it said before stays in force"
                            .formatted(since, firstFailure))));
    problems.addAll(refusals.values());
    return problems;
  }

  /** The state in words. */
  synchronized String state() {
    Optional<Instant> unreachable = unreachableSince();
    if (unreachable.isPresent()) {
      return "unreachable since %s (%s)".formatted(unreachable.get(), firstFailure);
    }
    if (!refusals.isEmpty()) {
      return "refuses requests";
    }
    return connectedSince == null
        ? "not asked yet"
        : "connected to %s since %s"
            .formatted(addresses.get(current).replaceFirst("/$", ""), connectedSince);
  }
}
