// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes jars fit for the image: {@code java -cp JAR:... SlimJars.java JAR...}
 *
 * <ul>
 *   <li>Tables of local variables, which only a debugger reads, go. So do line numbers, but for
 *       those of our own classes: a stack trace then names methods of libraries without lines. That
 *       is a fifth of the jars and some of the AOT cache.
 *   <li>Classes older than Java 6's get the format of Java 8, with the stack maps that belong to
 *       it: Java keeps older ones, and all that extend them, out of its AOT cache (picocli's are
 *       Java 5).
 *   <li>Indexes for other frameworks and Maven's files go.
 * </ul>
 *
 * <p>A class that the verifier does not accept afterwards stays as it was: those that refer to
 * libraries that are not there.
 */
final class SlimJars {
  private static final String OURS = "/dev/sluice/";

  private static final ClassFile WITH_LINES =
      writer(ClassFile.LineNumbersOption.PASS_LINE_NUMBERS);
  private static final ClassFile WITHOUT_LINES =
      writer(ClassFile.LineNumbersOption.DROP_LINE_NUMBERS);

  private static final ClassTransform AT_LEAST_JAVA_8 =
      (builder, element) -> {
        if (element instanceof ClassFileVersion version
            && version.majorVersion() < ClassFile.JAVA_6_VERSION) {
          builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
        } else {
          builder.with(element);
        }
      };

  private SlimJars() {}

  /** A new constant pool has all code written anew, and so without the tables. */
  private static ClassFile writer(ClassFile.LineNumbersOption lines) {
    return ClassFile.of(
        ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
        ClassFile.DebugElementsOption.DROP_DEBUG,
        lines,
        ClassFile.DeadCodeOption.KEEP_DEAD_CODE,
        ClassFile.ConstantPoolSharingOption.NEW_POOL,
        ClassFile.ClassHierarchyResolverOption.of(
            ClassHierarchyResolver.ofResourceParsing(ClassLoader.getSystemClassLoader())
                .orElse(ClassHierarchyResolver.defaultResolver())
                .cached()));
  }

  public static void main(String[] jars) throws IOException {
    for (String jar : jars) {
      try (FileSystem files = FileSystems.newFileSystem(Path.of(jar));
          Stream<Path> tree = Files.walk(files.getPath("/"))) {
        for (Path file : tree.filter(Files::isRegularFile).toList()) {
          String name = file.toString();
          if (name.equals("/META-INF/jandex.idx") || name.startsWith("/META-INF/maven/")) {
            Files.delete(file);
          } else if (name.endsWith(".class")
              && !name.startsWith("/META-INF/")
              && !name.endsWith("-info.class")) {
            slim(file);
          }
        }
      }
    }
  }

  private static void slim(Path file) throws IOException {
    ClassFile writer = file.startsWith(OURS) ? WITH_LINES : WITHOUT_LINES;
    try {
      ClassModel model = writer.parse(Files.readAllBytes(file));
      byte[] slim = writer.transformClass(model, AT_LEAST_JAVA_8);
      List<VerifyError> errors = writer.verify(slim);
      if (errors.isEmpty()) {
        Files.write(file, slim);
      }
    } catch (IllegalArgumentException e) {
      // Its stack maps need a class that is not there; nobody can load it, either.
      System.err.println(file + " stays as it is: " + e.getMessage());
    }
  }
}
