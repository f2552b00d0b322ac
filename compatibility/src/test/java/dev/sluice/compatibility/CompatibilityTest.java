// SPDX-License-Identifier: Apache-2.0
package dev.sluice.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompatibilityTest {
  private static final RuleList RULES =
      RuleList.parse(
          """
          # two subjects
          [First]
          1 One

          [Second]
          2 Two
          3 Three
          """);
  private static final ShowingTest TEST =
      new ShowingTest(
          "DoorTest", "aPodMeetsIt", Path.of("controller/src/test/java/dev/sluice/DoorTest.java"));

  private static Map<Integer, SortedSet<ShowingTest>> shown(int rule) {
    return Map.of(rule, new TreeSet<>(List.of(TEST)));
  }

  @Test
  void thePageListsEveryRuleWithItsTestsAndReasons() {
    String page =
        CompatibilityPage.text(
            Compatibility.of(
                RULES,
                Reasons.parse("differs 1: told\n  otherwise\nnot yet 3: later\n"),
                Map.of(
                    1, new TreeSet<>(List.of(TEST)),
                    2,
                        new TreeSet<>(
                            List.of(
                                TEST,
                                new ShowingTest("DoorTest", "itIsKept", TEST.source()),
                                new ShowingTest(
                                    "WholeTest", "", Path.of("lab/WholeTest.java")))))));

    assertThat(page)
        .contains("3 facts")
        .contains("**met 1**, **differs 1**, **does not apply 0**, **not yet 1**")
        .contains(
            """
            ## First

            | | kube-proxy | Sluice | why, and tests |
            |---:|---|---|---|
            | 1 | One | differs | told otherwise<br>[DoorTest]: a pod meets it |

            ## Second
            """)
        .contains("| 2 | Two | met | [DoorTest]: a pod meets it; it is kept<br>[WholeTest] |")
        .contains("| 3 | Three | not yet | later |")
        .endsWith(
            """
            [DoorTest]: ../controller/src/test/java/dev/sluice/DoorTest.java
            [WholeTest]: ../lab/WholeTest.java
            """);
  }

  @Test
  void everythingThatIsWrongIsToldAtOnce() {
    assertThatThrownBy(
            () -> Compatibility.of(RULES, Reasons.parse("not yet 1, 4: later"), shown(1)))
        .isInstanceOf(CompatibilityException.class)
        .message()
        .contains("reasons.txt: there is no rule 4")
        .contains("rule 1 (One) is 'not yet' in reasons.txt, but [DoorTest.aPodMeetsIt] shows it")
        .contains("rule 2 (Two) has neither a test with @ShowsRules(2) nor a reason")
        .contains("rule 3 (Three) has neither");
  }

  @Test
  void aTestThatNamesARuleThatDoesNotExistIsNamed() {
    assertThatThrownBy(() -> Compatibility.of(RULES, Reasons.parse("differs 1-3: so"), shown(289)))
        .hasMessage("[DoorTest.aPodMeetsIt]: @ShowsRules names rule 289, which does not exist");
  }

  @Test
  void twoClassesOfOneNameAreToldApartByTheirModules() {
    ShowingTest other = new ShowingTest("DoorTest", "", Path.of("lab/src/DoorTest.java"));

    String page =
        CompatibilityPage.text(
            Compatibility.of(
                RULES,
                Reasons.parse("differs 2-3: so"),
                Map.of(1, new TreeSet<>(List.of(TEST, other)))));

    assertThat(page)
        .contains("| [DoorTest in controller]: a pod meets it<br>[DoorTest in lab] |")
        .contains("[DoorTest in lab]: ../lab/src/DoorTest.java");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
      differs 7:         | say why
      met 7: yes         | 'met' is none of differs, does not apply, not yet
      differs 7, 5-7: so | rule 7 has a reason already
      differs 9-7: so    | the range 9-7 is empty
      differs 7 8: so    | '7 8' is neither a number nor FIRST-LAST
      differs: so        | expected 'STATUS NUMBERS: why'
      """)
  void aReasonThatIsNoneIsQuoted(String line, String problem) {
    assertThatThrownBy(() -> Reasons.parse(line))
        .isInstanceOf(CompatibilityException.class)
        .hasMessageContaining("reasons.txt: '" + line + "'")
        .hasMessageContaining(problem);
  }

  @Test
  void aGapInTheNumbersIsFound() {
    assertThatThrownBy(() -> RuleList.parse("[All]\n1 One\n3 Three\n"))
        .hasMessageContaining("'3 Three': expected '2 NAME'");
  }

  @Test
  void testsThatAreNotCompiledAreMissed() {
    assertThatThrownBy(() -> CompatibilityPage.generate(Path.of("no-such-directory")))
        .hasMessageContaining("no-such-directory/loader/target/test-classes")
        .hasMessageContaining("compile the tests of all modules first");
  }
}
