// SPDX-License-Identifier: Apache-2.0
package dev.sluice;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The one-way package rule: model, plan, dataplane, loader; the others hang off them. */
@AnalyzeClasses(packages = "dev.sluice", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  @ArchTest
  static final ArchRule modelIsMadeOfNothingButTheJdksValues =
      classes()
          .that()
          .resideInAPackage("dev.sluice.model..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.sluice.model..", "java.lang..", "java.util..", "java.nio", "java.time..");

  @ArchTest
  static final ArchRule planIsAPureFunctionOfTheModel =
      classes()
          .that()
          .resideInAPackage("dev.sluice.plan..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.sluice.plan..",
              "dev.sluice.model..",
              "java.lang..",
              "java.util..",
              "java.nio.charset");

  @ArchTest
  static final ArchRule planKnowsNeitherClockNorChanceNorThreads =
      noClasses()
          .that()
          .resideInAnyPackage("dev.sluice.model..", "dev.sluice.plan..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.Random")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.Thread")
          .orShould()
          .dependOnClassesThat()
          .resideInAPackage("java.util.concurrent..")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis");

  @ArchTest
  static final ArchRule loaderCouldBeUsedAlone =
      noClasses()
          .that()
          .resideInAPackage("dev.sluice.loader..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.sluice.model..",
              "dev.sluice.plan..",
              "dev.sluice.dataplane..",
              "dev.sluice.source..",
              "dev.sluice.node..",
              "dev.sluice.attach..",
              "dev.sluice.server..",
              "dev.sluice.cli..");

  @ArchTest
  static final ArchRule dataplaneNeverTurnsBack =
      noClasses()
          .that()
          .resideInAPackage("dev.sluice.dataplane..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.sluice.source..",
              "dev.sluice.node..",
              "dev.sluice.attach..",
              "dev.sluice.server..",
              "dev.sluice.trial..",
              "dev.sluice.trace..",
              "dev.sluice.cli..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule sourcesKnowTheModelAlone =
      noClasses()
          .that()
          .resideInAPackage("dev.sluice.source..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.sluice.plan..",
              "dev.sluice.dataplane..",
              "dev.sluice.loader..",
              "dev.sluice.node..",
              "dev.sluice.attach..",
              "dev.sluice.server..",
              "dev.sluice.cli..");

  @ArchTest
  static final ArchRule nothingHangsOffTheCommandLine =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.sluice.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.sluice.cli..");

  @ArchTest static final ArchRule onlyTheCommandLineKnowsVerify = onlyTheCommandLineKnows("verify");

  @ArchTest
  static final ArchRule onlyTheCommandLineKnowsMigrate = onlyTheCommandLineKnows("migrate");

  @ArchTest static final ArchRule onlyTheCommandLineKnowsTrace = onlyTheCommandLineKnows("trace");

  @ArchTest
  static final ArchRule trialsAreForVerifyAndTrace =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "dev.sluice.trial..", "dev.sluice.verify..", "dev.sluice.trace..", "dev.sluice.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.sluice.trial..");

  private static ArchRule onlyTheCommandLineKnows(String name) {
    String itself = "dev.sluice." + name + "..";
    return noClasses()
        .that()
        .resideOutsideOfPackages(itself, "dev.sluice.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(itself);
  }

  @ArchTest
  static final ArchRule onlySourcesKnowKubernetes =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.sluice.model..",
              "dev.sluice.plan..",
              "dev.sluice.dataplane..",
              "dev.sluice.loader..",
              "dev.sluice.attach..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.fabric8..");

  @ArchTest
  static final ArchRule packagesFormNoCycle =
      slices().matching("dev.sluice.(*)..").should().beFreeOfCycles();
}
