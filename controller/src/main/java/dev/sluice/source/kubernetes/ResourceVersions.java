// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * All that an informer must remember of its objects to tell what a new list has changed: name and
 * resource version. The objects themselves are worth some kilobytes each and are let go.
 *
 * <p>So the objects that an informer hands out as old ones, and those that it finds gone after a
 * new list, have nothing but these.
 */
final class ResourceVersions<T extends HasMetadata> implements ItemStore<T> {
  private final Map<String, String> versions = new ConcurrentHashMap<>();
  private final Supplier<T> factory;

  /**
   * @param factory makes an object without content
   */
  ResourceVersions(Supplier<T> factory) {
    this.factory = factory;
  }

  @Override
  public String getKey(T object) {
    return Cache.metaNamespaceKeyFunc(object);
  }

  @Override
  public T put(String key, T object) {
    String version = object.getMetadata().getResourceVersion();
    return stub(key, versions.put(key, version == null ? "" : version));
  }

  @Override
  public T remove(String key) {
    return stub(key, versions.remove(key));
  }

  @Override
  public T get(String key) {
    return stub(key, versions.get(key));
  }

  @Override
  public Stream<String> keySet() {
    return versions.keySet().stream();
  }

  @Override
  public Stream<T> values() {
    return versions.entrySet().stream().map(entry -> stub(entry.getKey(), entry.getValue()));
  }

  @Override
  public int size() {
    return versions.size();
  }

  /** Additions must be told as they are read, for they cannot be had from here later. */
  @Override
  public boolean isFullState() {
    return false;
  }

  private T stub(String key, String version) {
    if (version == null) {
      return null;
    }
    T object = factory.get();
    int slash = key.indexOf('/');
    object.getMetadata().setNamespace(slash < 0 ? null : key.substring(0, slash));
    object.getMetadata().setName(key.substring(slash + 1));
    object.getMetadata().setResourceVersion(version);
    return object;
  }
}
