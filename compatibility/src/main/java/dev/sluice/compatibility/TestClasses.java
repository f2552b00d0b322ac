// SPDX-License-Identifier: Apache-2.0
package dev.sluice.compatibility;

import java.io.IOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Finds {@link ShowsRules} in compiled tests. They are read, not loaded. */
final class TestClasses {
  private static final String ANNOTATION = ShowsRules.class.descriptorString();

  private final Path root;
  private final SortedMap<Integer, SortedSet<ShowingTest>> tests = new TreeMap<>();

  private TestClasses(Path root) {
    this.root = root;
  }

  /**
   * The tests of each number that is named.
   *
   * @param root of the repository
   * @param modules directories below it
   */
  static SortedMap<Integer, SortedSet<ShowingTest>> scan(Path root, List<String> modules) {
    TestClasses scan = new TestClasses(root);
    modules.forEach(scan::module);
    return scan.tests;
  }

  private void module(String module) {
    Path directory = root.resolve(module).resolve("target/test-classes");
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        read(module, ClassFile.of().parse(file));
      }
    } catch (IOException e) {
      throw new CompatibilityException(
          directory + " cannot be read: compile the tests of all modules first (" + e + ")");
    }
  }

  private void read(String module, ClassModel model) {
    note(module, model, "", model);
    for (MethodModel method : model.methods()) {
      note(module, model, method.methodName().stringValue(), method);
    }
  }

  private void note(String module, ClassModel model, String method, AttributedElement annotated) {
    annotated.findAttribute(Attributes.runtimeVisibleAnnotations()).stream()
        .flatMap(attribute -> attribute.annotations().stream())
        .filter(annotation -> annotation.className().equalsString(ANNOTATION))
        .flatMap(TestClasses::numbers)
        .forEach(
            number ->
                tests
                    .computeIfAbsent(number, key -> new TreeSet<>())
                    .add(test(module, model, method)));
  }

  private static Stream<Integer> numbers(Annotation annotation) {
    return annotation.elements().stream()
        .map(element -> (AnnotationValue.OfArray) element.value())
        .flatMap(array -> array.values().stream())
        .map(value -> ((AnnotationValue.OfInt) value).intValue());
  }

  private ShowingTest test(String module, ClassModel model, String method) {
    String name = model.thisClass().asInternalName();
    int simpleName = name.lastIndexOf('/') + 1;
    String file =
        model
            .findAttribute(Attributes.sourceFile())
            .map(attribute -> attribute.sourceFile().stringValue())
            .orElse("");
    Path source =
        Path.of(module, "src/test/java").resolve(name.substring(0, simpleName)).resolve(file);
    if (file.isEmpty() || !Files.isRegularFile(root.resolve(source))) {
      throw new CompatibilityException(
          "class "
              + name
              + " of "
              + module
              + " has no source file "
              + source
              + ": it is left from an earlier build, so clean and build again");
    }
    return new ShowingTest(name.substring(simpleName).replace('$', '.'), method, source);
  }
}
