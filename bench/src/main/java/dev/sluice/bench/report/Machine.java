// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

/** What of a machine bears on a comparison. */
record Machine(
    String kernel,
    String architecture,
    int processors,
    String processorModel,
    int memoryMib,
    boolean virtual,
    Clock clock) {
  /** What its clock counts. */
  enum Clock {
    REAL,
    /** Instructions of an emulated processor: repeatable, but no times. */
    INSTRUCTIONS
  }

  static Machine read(JsonField field) {
    JsonField clock = field.at("clock");
    boolean real = clock.text().equals("real");
    clock.check(real || clock.text().equals("instructions"), "must be real or instructions");
    return new Machine(
        field.at("kernel").text(),
        field.at("architecture").text(),
        field.at("processors").count(),
        field.at("processorModel").text(),
        field.at("memoryMiB").count(),
        field.at("virtual").yes(),
        real ? Clock.REAL : Clock.INSTRUCTIONS);
  }

  /** {@code Linux 6.1.1, amd64, 1 x QEMU processor, 4,096 MiB, virtual}. */
  @Override
  public String toString() {
    return "Linux %s, %s, %d x %s, %s MiB%s%s"
        .formatted(
            kernel,
            architecture,
            processors,
            processorModel.isEmpty() ? "unnamed processor" : processorModel,
            Figures.count(memoryMib),
            virtual ? ", virtual" : "",
            clock == Clock.REAL ? "" : ", its clock counts instructions");
  }
}
