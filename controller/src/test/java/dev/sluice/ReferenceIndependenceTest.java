// SPDX-License-Identifier: Apache-2.0
package dev.sluice;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What judges the plan and the programs shares no code with them. */
@AnalyzeClasses(packages = "dev.sluice.reference")
final class ReferenceIndependenceTest {
  @ArchTest
  static final ArchRule theReferenceKnowsNoClassOfSluice =
      classes()
          .that()
          .resideInAPackage("dev.sluice.reference..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.sluice.reference..",
              "com.fasterxml.jackson.databind..",
              "java..",
              "net.jqwik.api..");
}
