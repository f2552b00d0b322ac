// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * An nginx of the distribution in a pod: {@code /} answers the pod's name, other paths are files of
 * the lab's directory {@code www}.
 */
final class Nginx {
  static final int PORT = 8080;

  private static final Duration START_TIMEOUT = Duration.ofSeconds(10);

  private Nginx() {}

  static void start(Host host, Path documents) {
    Path directory = host.directory();
    Path configuration = directory.resolve("nginx.conf");
    try {
      Files.writeString(configuration, configuration(host, documents));
    } catch (IOException failure) {
      throw new LabException("cannot write " + configuration, failure);
    }
    LabProcess process =
        host.start(
            "nginx",
            List.of(
                "nginx",
                "-p",
                directory.toString(),
                "-e",
                "stderr",
                "-c",
                configuration.toString()),
            Map.of(),
            host.cgroup());
    Path pid = directory.resolve("nginx.pid");
    Host.await(
        "nginx (of the package nginx-light or nginx) in " + host,
        process,
        START_TIMEOUT,
        () -> Files.exists(pid));
  }

  /** One process without a master; it runs as root, because the run directory is root's. */
  private static String configuration(Host host, Path documents) {
    return """
        daemon off;
        master_process off;
        pid nginx.pid;
        error_log stderr;
        events { worker_connections 4096; }
        http {
          access_log off;
          default_type application/octet-stream;
          client_body_temp_path nginx-body;
          proxy_temp_path nginx-proxy;
          fastcgi_temp_path nginx-fastcgi;
          uwsgi_temp_path nginx-uwsgi;
          scgi_temp_path nginx-scgi;
          server {
            listen %1$d;
            listen [::]:%1$d;
            root %2$s;
            location = / { default_type text/plain; return 200 "%3$s\\n"; }
          }
        }
        """
        .formatted(PORT, documents, host.name());
  }
}
