// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import dev.sluice.model.IpFamily;
import dev.sluice.model.ServiceName;
import dev.sluice.plan.Backend;
import dev.sluice.plan.Frontend;
import dev.sluice.plan.PortPlan;
import dev.sluice.plan.Route;
import dev.sluice.plan.ServicePlan;
import java.util.HashMap;
import java.util.Map;

/** Counts what is installed, Service by Service, so that a scrape need not go through them. */
public final class ServiceCensus {
  private static final int FAMILIES = IpFamily.values().length;
  private static final int WHATS = What.values().length;

  private final Map<ServiceName, int[]> counted = new HashMap<>();
  private final int[] sums = new int[FAMILIES * WHATS];

  /** What is counted in each family. */
  public enum What {
    /** Services with a clusterIP of the family. */
    SERVICES(0),
    PORTS(1),
    /** Serving endpoints on this node, once for each port of a Service. */
    LOCAL_ENDPOINTS(2),
    /** The same on other nodes. */
    REMOTE_ENDPOINTS(3),
    /** Services that have no endpoint for pods and the node, though there are some elsewhere. */
    WITHOUT_LOCAL_INTERNALLY(4),
    /** The same for clients outside. */
    WITHOUT_LOCAL_EXTERNALLY(5);

    private final int place;

    What(int place) {
      this.place = place;
    }
  }

  /** A Service is installed as planned; an empty plan if it is gone. */
  public synchronized void count(ServicePlan plan) {
    int[] before = plan.ports().isEmpty() ? counted.remove(plan.name()) : counted.get(plan.name());
    int[] now = counts(plan);
    if (!plan.ports().isEmpty()) {
      counted.put(plan.name(), now);
    }
    for (int index = 0; index < sums.length; index++) {
      sums[index] += now[index] - (before == null ? 0 : before[index]);
    }
  }

  /** How many there are in one family. */
  public synchronized int sum(IpFamily family, What what) {
    return sums[index(family, what)];
  }

  /** Services of either family. */
  public synchronized int services() {
    return counted.size();
  }

  private static int index(IpFamily family, What what) {
    return (family == IpFamily.IPV4 ? 0 : WHATS) + what.place;
  }

  private static int[] counts(ServicePlan plan) {
    int[] counts = new int[FAMILIES * WHATS];
    for (PortPlan port : plan.ports()) {
      IpFamily family = port.key().family();
      counts[index(family, What.SERVICES)] = 1;
      counts[index(family, What.PORTS)]++;
      for (Backend backend : port.servingBackends()) {
        counts[index(family, backend.local() ? What.LOCAL_ENDPOINTS : What.REMOTE_ENDPOINTS)]++;
      }
      for (Frontend frontend : port.frontends()) {
        boolean internal = frontend.kind() == Frontend.Kind.CLUSTER_IP;
        if (lacksLocal(internal ? frontend.inside() : frontend.outside())) {
          What what = internal ? What.WITHOUT_LOCAL_INTERNALLY : What.WITHOUT_LOCAL_EXTERNALLY;
          counts[index(family, what)] = 1;
        }
      }
    }
    return counts;
  }

  /** Rule 222. */
  private static boolean lacksLocal(Route route) {
    return route.list() == Route.ListKind.LOCAL && route.reason() == Route.Reason.NONE_HERE;
  }
}
