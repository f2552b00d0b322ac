// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.loader.TestObjects;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the generator writes for src/test/c/contract.h. */
class FlyweightGeneratorTest {
  private static final String[] REQUEST = {
    "--package", "golden",
    "--struct", "every_*",
    "--enum", "reason:REASON_",
    "--constants", "FLAG_LOCAL:Flags:FLAG_",
    "--maps", "MapNames"
  };

  @TempDir private Path directory;
  private Path object;

  @BeforeEach
  void writeObject() throws IOException {
    object = directory.resolve("maps.bpf.o");
    Files.write(object, TestObjects.read("maps"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Endpoint", "EveryMember", "Reason", "Flags", "MapNames"})
  void theSourcesAreAsExpected(String className) throws IOException {
    Path sources = generate(REQUEST);
    assertThat(Files.readString(sources.resolve("golden/" + className + ".java")))
        .isEqualTo(resource("/golden/" + className + ".java.txt"));
  }

  @Test
  void nothingElseIsWrittenAndASecondRunChangesNothing() throws IOException {
    Path sources = generate(REQUEST);
    List<Path> files = files(sources);
    assertThat(files).hasSize(5);
    List<Object> before = new ArrayList<>();
    for (Path file : files) {
      before.add(Files.getLastModifiedTime(file));
    }
    generate(REQUEST);
    assertThat(files(sources)).isEqualTo(files);
    for (int index = 0; index < files.size(); index++) {
      assertThat(Files.getLastModifiedTime(files.get(index))).isEqualTo(before.get(index));
    }
  }

  @Test
  void theSourcesCompileWithoutWarningsAndKeepValuesWhereTheCompilerPutThem() throws Exception {
    Path sources = generate(REQUEST);
    Path probe = sources.resolve("golden/RoundTrip.java");
    Files.writeString(probe, resource("/golden/RoundTrip.java.txt"));
    Path classes = compile(files(sources));
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()});
        Arena arena = Arena.ofConfined()) {
      @SuppressWarnings("unchecked")
      Function<MemorySegment, String> roundTrip =
          (Function<MemorySegment, String>)
              loader.loadClass("golden.RoundTrip").getConstructor().newInstance();
      MemorySegment memory = arena.allocate(96, 8);
      assertThat(roundTrip.apply(memory))
          .isEqualTo(
              "EveryMember{client=Endpoint{address=167772161, port=65535, protocol=255, ready=true},"
                  + " bytes=-2, balance=-5, count=-1, small=65534, signedSmall=-3,"
                  + " mac=020000000001, words=00000000000000000a00000200000000, v4=50462976,"
                  + " v6=03020100000000000000000000000000, rangeLow=1, rangeHigh=513, reason=7,"
                  + " classField=200, pad=000000} backends[1].port=80 words[2]=167772162");
      assertThat(HexFormat.ofDelimiter(" ").formatHex(memory.toArray(ValueLayout.JAVA_BYTE)))
          .isEqualTo(
              "0a 00 00 01 ff ff ff 01 " // client
                  + "fe ff ff ff ff ff ff ff " // bytes
                  + "fb ff ff ff ff ff ff ff " // balance, count
                  + "fe ff fd ff " // small, signed_small
                  + "02 00 00 00 00 01 00 00 " // mac, padding of the compiler
                  + "00 00 00 00 00 00 00 00 0a 00 00 02 00 00 00 00 " // words
                  + "00 00 00 00 00 00 00 00 00 00 00 00 00 50 00 00 " // backends
                  + "03 02 01 00 00 00 00 00 00 00 00 00 00 00 00 00 " // v4 and v6
                  + "01 00 01 02 " // range
                  + "07 00 00 00 " // reason
                  + "c8 00 00 00"); // class, pad
    }
  }

  @Test
  void aNameThatIsNotThereIsReported() {
    assertThatThrownBy(() -> generate("--package", "golden", "--struct", "flow"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no struct 'flow' in the BTF of [")
        .hasMessageContaining("maps.bpf.o");
    assertThatThrownBy(() -> generate("--package", "golden", "--enum", "colour"))
        .hasMessageContaining("no enum 'colour'");
    assertThatThrownBy(() -> generate("--package", "golden", "--enum", "reason:WHY_"))
        .hasMessageContaining("no constant that starts with WHY_");
  }

  @Test
  void aWrongCommandLineShowsTheUsage() {
    assertThatThrownBy(() -> FlyweightGenerator.main(new String[] {"--colour", "red"}))
        .hasMessageContaining("unknown option --colour")
        .hasMessageContaining("usage:");
    assertThatThrownBy(() -> FlyweightGenerator.main(new String[] {"--package", "golden"}))
        .hasMessageContaining("--object, --package and --output are needed");
  }

  @Test
  void aClassMayHaveAnotherName() throws IOException {
    Path sources = generate("--package", "other", "--struct", "endpoint:Backend");
    assertThat(files(sources)).containsExactly(sources.resolve("other/Backend.java"));
    assertThat(Files.readString(sources.resolve("other/Backend.java")))
        .contains("public final class Backend {");
  }

  private Path generate(String... request) throws IOException {
    Path output = directory.resolve("sources");
    List<String> arguments = new ArrayList<>(List.of(request));
    arguments.addAll(List.of("--object", object.toString(), "--output", output.toString()));
    FlyweightGenerator.main(arguments.toArray(String[]::new));
    return output;
  }

  private Path compile(List<Path> sources) throws IOException {
    Path classes = Files.createDirectories(directory.resolve("classes"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    List<String> options = List.of("-Xlint:all", "-Werror", "-d", classes.toString());
    boolean compiled =
        compiler
            .getTask(
                messages,
                null,
                null,
                options,
                null,
                compiler
                    .getStandardFileManager(null, null, StandardCharsets.UTF_8)
                    .getJavaFileObjectsFromPaths(sources))
            .call();
    assertThat(compiled).as(messages.toString()).isTrue();
    return classes;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static String resource(String name) {
    try (InputStream file = FlyweightGeneratorTest.class.getResourceAsStream(name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
