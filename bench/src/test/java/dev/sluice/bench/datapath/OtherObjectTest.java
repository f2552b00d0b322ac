// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Timing programs of other objects. */
class OtherObjectTest {
  private static final String FRAME = "00 ".repeat(60);
  private static final String OTHER_FRAME = "01" + "00".repeat(59);

  @TempDir private Path directory;

  private static Command time(String program, String... more) {
    try {
      Path object = Path.of(OtherObjectTest.class.getResource("other.bpf.o").toURI());
      List<String> arguments =
          new ArrayList<>(List.of("--rounds", "2", "--packets", "20", "--object"));
      arguments.addAll(List.of(object.toString(), "--program", program));
      arguments.addAll(List.of(more));
      return Command.run(arguments.toArray(String[]::new));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assertFails(Command run, String message) {
    assertThat(run.err()).contains(message);
    assertThat(run.status()).isEqualTo(1);
  }

  @Test
  void itsMapsAreFilledAndWhatItReturnsIsTold() {
    Command run =
        time(
            "look_up",
            "--packet",
            FRAME + "," + OTHER_FRAME,
            "--setup",
            "map=verdicts,key=00000000,value=02:00:00:00",
            "--setup",
            "map=verdicts,key=01000000,value=03000000",
            "-o",
            "json");
    assertThat(run.status()).isZero();
    Report report = ReportJson.read(run.out());
    assertThat(report.rows()).singleElement().satisfies(this::isHalfPassedAndHalfSentBack);
    assertThat(report.programs()).extracting(ProgramFacts::name).containsExactly("look_up");
  }

  private void isHalfPassedAndHalfSentBack(Row row) {
    assertThat(row.label()).hasToString("XDP: look_up");
    assertThat(row.note()).contains("XDP_PASS 50.0 %").contains("XDP_TX 50.0 %");
  }

  @Test
  void anotherVerdictThanExpectedIsAnError() {
    String one = "map=verdicts,key=00000000,value=01000000";
    String constant = "offset=2";
    Command met =
        time(
            "look_up",
            "--packet",
            FRAME,
            "--setup",
            one,
            "--constant",
            constant,
            "--expect",
            "XDP_TX");
    assertThat(met.err()).isEmpty();
    assertThat(met.out()).contains("XDP_TX 100.0 %");
    assertFails(
        time("look_up", "--packet", FRAME, "--setup", one, "--expect", "xdp_tx"),
        "look_up returned XDP_DROP 100.0 % where XDP_TX was to be timed");
    assertFails(
        time("look_up", "--packet", FRAME, "--expect", "TC_ACT_OK"),
        "--expect: a program of type XDP returns one of [XDP_ABORTED, ");
  }

  @Test
  void aTailCallIsSetUpByTheNameOfAProgram() throws IOException {
    Path file = directory.resolve("maps.txt");
    Files.writeString(file, "# where to go on\n\nmap=jumps,key=00000000,program=landing\n");
    Command run = time("jump", "--packet", FRAME, "--setup", "@" + file, "--expect", "TC_ACT_OK");
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
  }

  @Test
  void aProgramThatIsNotThereOrTakesNoPacketsIsRefused() {
    assertFails(
        time("lookup", "--packet", FRAME),
        "the object has no program 'lookup', only look_up (XDP), jump (SCHED_CLS), ");
    assertFails(
        time("no_packets", "--packet", FRAME),
        "'no_packets' is of type CGROUP_SOCK_ADDR; only SCHED_CLS (tc) and XDP can be timed");
  }

  @Test
  void wrongBytesAreNamedWithTheirPlace() throws IOException {
    assertFails(time("look_up", "--packet", "00x0"), "'x' at position 3 is no hexadecimal digit");
    assertFails(time("look_up", "--packet", "000"), "3 hexadecimal digits are no whole bytes");
    assertFails(time("look_up", "--packet", "0000"), "begins with an Ethernet header of 14 bytes");
    assertFails(
        time("look_up", "--packet", FRAME, "--setup", "map=verdicts,key=00,value=00000000"),
        "--setup map=verdicts,key=00,value=00000000: the keys of map 'verdicts' have 4 bytes, not 1");
    assertFails(
        time("look_up", "--packet", FRAME, "--setup", "map=verdict,key=00,value=00"),
        "has no map 'verdict', only [verdicts, jumps");
    Path file = directory.resolve("maps.txt");
    Files.writeString(file, "# one\nmap=verdicts,key=00000000\n");
    assertFails(
        time("look_up", "--packet", FRAME, "--setup", "@" + file),
        "maps.txt, line 2: an element is map=NAME,key=HEX and either value=HEX or program=NAME");
    assertFails(
        time("look_up", "--packet", FRAME, "--constant", "size=1"), "has no constant 'size', only");
  }
}
