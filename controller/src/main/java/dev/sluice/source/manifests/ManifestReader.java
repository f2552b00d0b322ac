// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.manifests;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.source.KubernetesObjects;
import dev.sluice.source.SourceException;
import dev.sluice.source.SourceProblem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * Reads one manifest: YAML or JSON, any number of documents, each an object or a List of objects.
 *
 * <p>v1 Services and discovery.k8s.io/v1 EndpointSlices are read, objects of all other kinds are
 * counted and ignored. One object that is not valid makes the file broken as a whole, for half a
 * file is more likely a mistake than a wish.
 */
final class ManifestReader {
  private static final String SERVICE = "v1 Service";
  private static final String ENDPOINT_SLICE = "discovery.k8s.io/v1 EndpointSlice";

  private final ObjectMapper mapper =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
  private final ObjectReader trees = mapper.readerFor(JsonNode.class);
  private final JsonFactory json =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private final JsonFactory yaml =
      YAMLFactory.builder()
          .loaderOptions(unlimited())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private static LoaderOptions unlimited() {
    // The limit guards against strangers' files; here a big cluster's manifests would exceed it.
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(Integer.MAX_VALUE);
    return options;
  }

  /** Reads the content of a file; whether it is YAML or JSON goes by the file's name. */
  ManifestFile read(String file, byte[] bytes) {
    JsonFactory factory = file.endsWith(".json") ? json : yaml;
    Reading reading = new Reading(file);
    try (JsonParser parser = factory.createParser(bytes);
        MappingIterator<JsonNode> documents = trees.readValues(parser)) {
      for (reading.document = 1; documents.hasNextValue(); reading.document++) {
        reading.read(documents.nextValue(), "", "");
      }
    } catch (JacksonException e) {
      reading.refuse("", "not valid " + factory.getFormatName() + ": " + message(e));
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory cannot fail to be read", e);
    }
    return reading.result();
  }

  private static String message(JacksonException e) {
    JsonLocation location = e.getLocation();
    String reason = e.getOriginalMessage().lines().findFirst().orElse("no reason given").strip();
    return location == null
        ? reason
        : reason + " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
  }

  /** One pass over a file, gathering as it goes. */
  private final class Reading {
    private final String file;
    private final List<ManifestObject> objects = new ArrayList<>();
    private final List<SourceProblem> problems = new ArrayList<>();
    private int document;
    private int ignored;
    private boolean broken;

    Reading(String file) {
      this.file = file;
    }

    ManifestFile result() {
      return broken
          ? ManifestFile.broken(problems)
          : new ManifestFile(false, objects, problems, ignored);
    }

    void refuse(String object, String reason) {
      broken = true;
      problem(object, reason);
    }

    private void problem(String object, String reason) {
      problems.add(new SourceProblem(file, document, object, reason));
    }

    /**
     * Reads an object or the items of a List.
     *
     * @param listVersion the apiVersion and kind that items of the surrounding typed list have
     *     where they do not say, as in the API's own answers
     */
    void read(JsonNode node, String listVersion, String listKind) {
      if (node.isNull() || (node.isTextual() && node.textValue().isEmpty())) {
        return; // an empty document; between two separators Jackson reads one as ""
      }
      if (!node.isObject()) {
        refuse("", "not a Kubernetes object: a mapping with apiVersion and kind is expected");
        return;
      }
      String version = text(node, "apiVersion", listVersion);
      String kind = text(node, "kind", listKind);
      if (version.isEmpty() || kind.isEmpty()) {
        refuse(objectName(kind, node), "apiVersion or kind is missing");
        return;
      }
      if (kind.endsWith("List") && node.path("items").isArray()) {
        String itemKind = kind.substring(0, kind.length() - "List".length());
        for (JsonNode item : node.path("items")) {
          read(item, itemKind.isEmpty() ? "" : version, itemKind);
        }
        return;
      }
      readObject(node, version + " " + kind, objectName(kind, node));
    }

    private void readObject(JsonNode node, String type, String object) {
      try {
        switch (type) {
          case SERVICE ->
              objects.add(
                  new ManifestObject.OfService(
                      document,
                      KubernetesObjects.service(
                          convert(node, io.fabric8.kubernetes.api.model.Service.class))));
          case ENDPOINT_SLICE ->
              KubernetesObjects.endpointSlice(
                      convert(
                          node, io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice.class),
                      warning -> problem(object, warning))
                  .ifPresent(slice -> objects.add(new ManifestObject.OfSlice(document, slice)));
          default -> ignored++;
        }
      } catch (SourceException e) {
        refuse(object, e.getMessage());
      }
    }

    private <T> T convert(JsonNode node, Class<T> type) {
      if (node.path("metadata") instanceof ObjectNode metadata) {
        metadata.remove("managedFields"); // long, and nothing to us
      }
      try {
        return mapper.treeToValue(node, type);
      } catch (JacksonException e) {
        throw new SourceException(
            e.getOriginalMessage().lines().findFirst().orElse("has a field of a wrong type"), e);
      }
    }
  }

  private static String text(JsonNode node, String field, String otherwise) {
    JsonNode value = node.path(field);
    return value.isTextual() ? value.textValue() : otherwise;
  }

  private static String objectName(String kind, JsonNode node) {
    String name = text(node.path("metadata"), "name", "");
    String namespace = text(node.path("metadata"), "namespace", "default");
    String qualified = name.isEmpty() ? "without a name" : namespace + "/" + name;
    return kind.isEmpty() ? qualified : kind + " " + qualified;
  }
}
