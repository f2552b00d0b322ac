// SPDX-License-Identifier: Apache-2.0
package dev.sluice.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads the annotations of its own nested classes. */
class TestClassesTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final String MODULE = "compatibility";

  @TempDir Path temporary;

  @ShowsRules(9001)
  static final class OnTheClass {}

  static final class OnAMethod {
    @ShowsRules({9002, 9003})
    void itWorks() {}
  }

  @Test
  void classesAndMethodsAreFoundWithTheirSource() {
    Map<Integer, SortedSet<ShowingTest>> tests = TestClasses.scan(ROOT, List.of(MODULE));

    Path source =
        Path.of("compatibility/src/test/java/dev/sluice/compatibility/TestClassesTest.java");
    ShowingTest method = new ShowingTest("TestClassesTest.OnAMethod", "itWorks", source);
    assertThat(tests).containsOnlyKeys(9001, 9002, 9003);
    assertThat(tests.get(9001))
        .containsExactly(new ShowingTest("TestClassesTest.OnTheClass", "", source));
    assertThat(tests.get(9002)).containsExactly(method);
    assertThat(tests.get(9003)).containsExactly(method);
  }

  @Test
  void aClassWithoutASourceIsLeftFromAnEarlierBuild() throws IOException {
    Path left = temporary.resolve(MODULE).resolve("target/test-classes/OnTheClass.class");
    Files.createDirectories(left.getParent());
    Files.copy(
        ROOT.resolve(MODULE)
            .resolve(
                "target/test-classes/dev/sluice/compatibility/TestClassesTest$OnTheClass.class"),
        left);

    assertThatThrownBy(() -> TestClasses.scan(temporary, List.of(MODULE)))
        .isInstanceOf(CompatibilityException.class)
        .hasMessageContaining("TestClassesTest$OnTheClass")
        .hasMessageContaining("clean and build again");
  }
}
