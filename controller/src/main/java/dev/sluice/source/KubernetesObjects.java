// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source;

import dev.sluice.model.Cidr;
import dev.sluice.model.Endpoint;
import dev.sluice.model.EndpointSlice;
import dev.sluice.model.IpFamily;
import dev.sluice.model.LoadBalancerIngress;
import dev.sluice.model.Protocol;
import dev.sluice.model.Service;
import dev.sluice.model.ServiceName;
import dev.sluice.model.ServicePort;
import dev.sluice.model.ServiceType;
import dev.sluice.model.SlicePort;
import dev.sluice.model.TrafficPolicy;
import dev.sluice.model.WellKnown;
import io.fabric8.kubernetes.api.model.ClientIPConfig;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.SessionAffinityConfig;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointHints;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.ForNode;
import io.fabric8.kubernetes.api.model.discovery.v1.ForZone;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Turns Kubernetes objects into Sluice's own records: the one place that knows both. Absent fields
 * get the defaults that the API server and kube-proxy give them.
 *
 * <p>An object that no API server would have let in is refused with a {@link SourceException} whose
 * message says what is wrong with it.
 */
public final class KubernetesObjects {
  private static final String DEFAULT_NAMESPACE = "default";
  private static final int DEFAULT_AFFINITY_SECONDS = 10_800;
  private static final int MAX_AFFINITY_SECONDS = 86_400;

  private KubernetesObjects() {}

  /**
   * Reads a v1 Service.
   *
   * @throws SourceException if it is not valid
   */
  public static Service service(io.fabric8.kubernetes.api.model.Service object) {
    ObjectMeta metadata = metadata(object.getMetadata());
    ServiceSpec spec = object.getSpec() == null ? new ServiceSpec() : object.getSpec();
    String clusterIp = orEmpty(spec.getClusterIP());
    List<String> clusterIps = orEmpty(spec.getClusterIPs());
    if (clusterIps.isEmpty() && !clusterIp.isEmpty()) {
      clusterIps = List.of(clusterIp);
    }
    try {
      return new Service(
          new ServiceName(namespace(metadata), metadata.getName()),
          serviceType(spec.getType()),
          clusterIp,
          clusterIps,
          orEmpty(spec.getExternalIPs()),
          ingress(object),
          sourceRanges(spec),
          trafficPolicy("internalTrafficPolicy", spec.getInternalTrafficPolicy()),
          trafficPolicy("externalTrafficPolicy", spec.getExternalTrafficPolicy()),
          affinitySeconds(spec),
          orZero(spec.getHealthCheckNodePort()),
          only(metadata.getLabels(), WellKnown.SERVICE_LABELS::contains),
          only(metadata.getAnnotations(), key -> key.startsWith(WellKnown.ANNOTATION_PREFIX)),
          orEmpty(spec.getPorts()).stream().map(KubernetesObjects::servicePort).toList());
    } catch (IllegalArgumentException e) {
      throw new SourceException(e.getMessage(), e);
    }
  }

  /**
   * Reads a discovery.k8s.io/v1 EndpointSlice.
   *
   * @param warnings hears of parts that are left out although the object is valid
   * @return empty if the slice is of no use to a proxy: one of host names, or one that belongs to
   *     no Service
   * @throws SourceException if it is not valid
   */
  public static Optional<EndpointSlice> endpointSlice(
      io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice object,
      Consumer<String> warnings) {
    ObjectMeta metadata = metadata(object.getMetadata());
    Optional<IpFamily> family =
        switch (object.getAddressType()) {
          case "IPv4" -> Optional.of(IpFamily.IPV4);
          case "IPv6" -> Optional.of(IpFamily.IPV6);
          case "FQDN" -> Optional.empty();
          case null -> throw new SourceException("addressType is missing");
          default ->
              throw new SourceException(
                  "addressType '" + object.getAddressType() + "' is none of IPv4, IPv6, FQDN");
        };
    if (family.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> labels = orEmpty(metadata.getLabels());
    String service = orEmpty(labels.get(WellKnown.SERVICE_NAME));
    if (service.isEmpty()) {
      warnings.accept(
          "ignored: it has no label " + WellKnown.SERVICE_NAME + ", so it belongs to no Service");
      return Optional.empty();
    }
    try {
      return Optional.of(
          new EndpointSlice(
              new ServiceName(namespace(metadata), service),
              metadata.getName(),
              family.get(),
              labels.containsKey(WellKnown.HEADLESS),
              slicePorts(object.getPorts(), warnings),
              endpoints(object.getEndpoints())));
    } catch (IllegalArgumentException e) {
      throw new SourceException(e.getMessage(), e);
    }
  }

  /** When what led to the last change of a slice's endpoints happened, if that is known. */
  public static Optional<Instant> lastChangeTrigger(
      io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice object) {
    String text =
        orEmpty(orEmpty(object.getMetadata().getAnnotations()).get(WellKnown.CHANGE_TRIGGER));
    try {
      return text.isEmpty()
          ? Optional.empty()
          : Optional.of(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeParseException e) {
      return Optional.empty(); // it is for measurements alone
    }
  }

  /** The namespace an object is in: {@code default} if none is written. */
  public static String namespace(ObjectMeta metadata) {
    String namespace = orEmpty(metadata.getNamespace());
    return namespace.isEmpty() ? DEFAULT_NAMESPACE : namespace;
  }

  private static ObjectMeta metadata(ObjectMeta metadata) {
    if (metadata == null || orEmpty(metadata.getName()).isEmpty()) {
      throw new SourceException("metadata.name is missing");
    }
    return metadata;
  }

  private static ServiceType serviceType(String type) {
    return switch (type) {
      case null -> ServiceType.CLUSTER_IP;
      case "", "ClusterIP" -> ServiceType.CLUSTER_IP;
      case "NodePort" -> ServiceType.NODE_PORT;
      case "LoadBalancer" -> ServiceType.LOAD_BALANCER;
      case "ExternalName" -> ServiceType.EXTERNAL_NAME;
      default ->
          throw new SourceException(
              "type '" + type + "' is none of ClusterIP, NodePort, LoadBalancer, ExternalName");
    };
  }

  private static TrafficPolicy trafficPolicy(String field, String policy) {
    return switch (policy) {
      case null -> TrafficPolicy.CLUSTER;
      case "", "Cluster" -> TrafficPolicy.CLUSTER;
      case "Local" -> TrafficPolicy.LOCAL;
      default ->
          throw new SourceException(field + " '" + policy + "' is neither Cluster nor Local");
    };
  }

  private static Protocol protocol(String protocol) {
    return switch (protocol) {
      case null -> Protocol.TCP;
      case "", "TCP" -> Protocol.TCP;
      case "UDP" -> Protocol.UDP;
      case "SCTP" -> Protocol.SCTP;
      default -> throw new SourceException("protocol '" + protocol + "' is none of TCP, UDP, SCTP");
    };
  }

  private static int affinitySeconds(ServiceSpec spec) {
    return switch (spec.getSessionAffinity()) {
      case null -> 0;
      case "", "None" -> 0;
      case "ClientIP" -> {
        int seconds =
            Optional.ofNullable(spec.getSessionAffinityConfig())
                .map(SessionAffinityConfig::getClientIP)
                .map(ClientIPConfig::getTimeoutSeconds)
                .orElse(DEFAULT_AFFINITY_SECONDS);
        if (seconds < 1 || seconds > MAX_AFFINITY_SECONDS) {
          throw new SourceException(
              "sessionAffinityConfig.clientIP.timeoutSeconds "
                  + seconds
                  + " is not in 1-"
                  + MAX_AFFINITY_SECONDS);
        }
        yield seconds;
      }
      default ->
          throw new SourceException(
              "sessionAffinity '" + spec.getSessionAffinity() + "' is neither None nor ClientIP");
    };
  }

  private static ServicePort servicePort(io.fabric8.kubernetes.api.model.ServicePort port) {
    if (port.getPort() == null) {
      throw new SourceException("a port has no number (field port)");
    }
    return new ServicePort(
        orEmpty(port.getName()),
        protocol(port.getProtocol()),
        port.getPort(),
        orZero(port.getNodePort()));
  }

  private static List<LoadBalancerIngress> ingress(io.fabric8.kubernetes.api.model.Service object) {
    if (object.getStatus() == null || object.getStatus().getLoadBalancer() == null) {
      return List.of();
    }
    return orEmpty(object.getStatus().getLoadBalancer().getIngress()).stream()
        .filter(ingress -> !orEmpty(ingress.getIp()).isEmpty())
        .map(ingress -> new LoadBalancerIngress(ingress.getIp(), ingressMode(ingress.getIpMode())))
        .toList();
  }

  private static LoadBalancerIngress.Mode ingressMode(String mode) {
    return switch (mode) {
      case null -> LoadBalancerIngress.Mode.VIP;
      case "", "VIP" -> LoadBalancerIngress.Mode.VIP;
      case "Proxy" -> LoadBalancerIngress.Mode.PROXY;
      default -> throw new SourceException("ipMode '" + mode + "' is neither VIP nor Proxy");
    };
  }

  /** A mistake here must not open a Service to everybody, so it refuses the whole object. */
  private static List<String> sourceRanges(ServiceSpec spec) {
    List<String> ranges = orEmpty(spec.getLoadBalancerSourceRanges());
    for (String range : ranges) {
      try {
        Cidr.parse(range.strip());
      } catch (IllegalArgumentException e) {
        throw new SourceException("loadBalancerSourceRanges: " + e.getMessage(), e);
      }
    }
    return ranges;
  }

  private static List<SlicePort> slicePorts(List<EndpointPort> ports, Consumer<String> warnings) {
    List<SlicePort> usable = new ArrayList<>();
    for (EndpointPort port : orEmpty(ports)) {
      if (port.getName() == null) {
        warnings.accept("a port without a name is left out; write name: \"\" for the unnamed port");
      } else if (orZero(port.getPort()) != 0) {
        usable.add(new SlicePort(port.getName(), protocol(port.getProtocol()), port.getPort()));
      }
    }
    return usable;
  }

  private static List<Endpoint> endpoints(
      List<io.fabric8.kubernetes.api.model.discovery.v1.Endpoint> endpoints) {
    return orEmpty(endpoints).stream()
        .filter(endpoint -> !orEmpty(endpoint.getAddresses()).isEmpty())
        .map(KubernetesObjects::endpoint)
        .toList();
  }

  private static Endpoint endpoint(io.fabric8.kubernetes.api.model.discovery.v1.Endpoint endpoint) {
    EndpointConditions conditions =
        endpoint.getConditions() == null ? new EndpointConditions() : endpoint.getConditions();
    EndpointHints hints = endpoint.getHints() == null ? new EndpointHints() : endpoint.getHints();
    return new Endpoint(
        orEmpty(endpoint.getAddresses().getFirst()),
        Optional.ofNullable(endpoint.getNodeName()),
        !Boolean.FALSE.equals(conditions.getReady()),
        !Boolean.FALSE.equals(conditions.getServing()),
        Boolean.TRUE.equals(conditions.getTerminating()),
        names(hints.getForZones(), ForZone::getName),
        names(hints.getForNodes(), ForNode::getName));
  }

  private static <T> Set<String> names(List<T> hints, Function<T, String> name) {
    return orEmpty(hints).stream()
        .map(hint -> orEmpty(name.apply(hint)))
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Map<String, String> only(Map<String, String> map, Predicate<String> keys) {
    return orEmpty(map).entrySet().stream()
        .filter(entry -> keys.test(entry.getKey()))
        .collect(
            Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> orEmpty(entry.getValue())));
  }

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }

  private static int orZero(Integer number) {
    return number == null ? 0 : number;
  }

  private static <T> List<T> orEmpty(List<T> list) {
    return list == null ? List.of() : list;
  }

  private static Map<String, String> orEmpty(Map<String, String> map) {
    return map == null ? Map.of() : map;
  }
}
