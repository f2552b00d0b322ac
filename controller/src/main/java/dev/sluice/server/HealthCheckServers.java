// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import dev.sluice.model.IpAddress;
import dev.sluice.model.ServiceName;
import dev.sluice.plan.HealthCheck;
import dev.sluice.server.HttpServer.Listener;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The health check node ports of all Services (rules 110 to 120). A Service keeps its listeners
 * while its port and the node's addresses stay the same; only the number that they tell changes.
 */
public final class HealthCheckServers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HealthCheckServers.class);

  private final HttpServer http;
  private final BooleanSupplier proxyHealthy;
  private final FailureListener onFailure;
  private final Map<ServiceName, Server> servers = new TreeMap<>();
  private Set<IpAddress> addresses = Set.of();

  /** Hears of a port that cannot be had. */
  @FunctionalInterface
  public interface FailureListener {
    /**
     * Told once for each reason, not at each try.
     *
     * @param reason names the port
     */
    void failed(ServiceName service, String reason);
  }

  public HealthCheckServers(
      HttpServer http, BooleanSupplier proxyHealthy, FailureListener onFailure) {
    this.http = http;
    this.proxyHealthy = proxyHealthy;
    this.onFailure = onFailure;
  }

  /**
   * Says where to listen, now and from now on.
   *
   * @param now an unspecified address stands for all
   */
  public synchronized void listenOn(Set<IpAddress> now) {
    if (!now.equals(addresses)) {
      addresses = Set.copyOf(now);
      retry();
    }
  }

  /** Says what a Service's health check is; empty for none (any more). */
  public synchronized void set(ServiceName name, Optional<HealthCheck> check) {
    Server server = servers.get(name);
    if (server != null && (check.isEmpty() || check.get().port() != server.port)) {
      server.close();
      servers.remove(name);
      LOG.info("{}: health check node port {} closed", name, server.port);
      server = null;
    }
    if (check.isPresent()) {
      if (server == null) {
        server = new Server(name, check.get().port());
        servers.put(name, server);
      }
      server.localEndpoints = check.get().localEndpoints();
      server.open();
    }
  }

  /** Opens what could not be opened yet. */
  public synchronized void retry() {
    servers.values().forEach(Server::open);
  }

  /** How many Services have a health check node port. */
  public synchronized int size() {
    return servers.size();
  }

  @Override
  public synchronized void close() {
    servers.values().forEach(Server::close);
    servers.clear();
  }

  /** One Service's. */
  private final class Server {
    private final ServiceName name;
    private final int port;
    private final Map<IpAddress, Listener> listeners = new HashMap<>();
    private volatile int localEndpoints;
    private String lastFailure = "";

    Server(ServiceName name, int port) {
      this.name = name;
      this.port = port;
    }

    void open() {
      listeners
          .entrySet()
          .removeIf(
              entry -> {
                boolean gone = !addresses.contains(entry.getKey());
                if (gone) {
                  entry.getValue().close();
                }
                return gone;
              });
      String failure = "";
      for (IpAddress address : addresses) {
        if (!listeners.containsKey(address)) {
          try {
            listeners.put(
                address,
                http.listen(new BindAddress(address, port), question -> answer(), Runnable::run));
          } catch (IOException e) {
            failure = e.getMessage();
          }
        }
      }
      if (!failure.isEmpty() && !failure.equals(lastFailure)) {
        LOG.warn("{}: health check node port: {}; it is tried again", name, failure);
        onFailure.failed(name, failure);
      }
      lastFailure = failure;
    }

    private HttpAnswer answer() {
      return HealthCheckPage.answer(name, localEndpoints, proxyHealthy.getAsBoolean());
    }

    void close() {
      listeners.values().forEach(Listener::close);
      listeners.clear();
    }
  }
}
