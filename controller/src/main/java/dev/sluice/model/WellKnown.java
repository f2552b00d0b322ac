// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

import java.util.Set;

/** The label and annotation keys that mean something to Sluice. */
public final class WellKnown {
  /** On a Service, with any value: another proxy serves it. */
  public static final String SERVICE_PROXY_NAME = "service.kubernetes.io/service-proxy-name";

  /** On a Service and its slices, with any value: the endpoints are none of a proxy's business. */
  public static final String HEADLESS = "service.kubernetes.io/headless";

  /** On an EndpointSlice: the Service it belongs to. */
  public static final String SERVICE_NAME = "kubernetes.io/service-name";

  /** On an EndpointSlice, as an annotation: when what led to its last change happened. */
  public static final String CHANGE_TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time";

  /** On a Node: its zone. */
  public static final String ZONE = "topology.kubernetes.io/zone";

  /** The key of a taint, with any value and effect: the autoscaler is about to delete the Node. */
  public static final String TO_BE_DELETED = "ToBeDeletedByClusterAutoscaler";

  /** What the annotations that are Sluice's own begin with. */
  public static final String ANNOTATION_PREFIX = "sluice.dev/";

  /** On a Service: {@code maglev} or {@code random}, for traffic from everywhere. */
  public static final String ALGORITHM = ANNOTATION_PREFIX + "algorithm";

  /** The labels of a Service that plans depend on. */
  public static final Set<String> SERVICE_LABELS = Set.of(SERVICE_PROXY_NAME, HEADLESS);

  private WellKnown() {}
}
