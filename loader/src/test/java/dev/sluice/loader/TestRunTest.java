// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Programs run on packets and contexts without being attached. */
class TestRunTest {
  private static final int XDP_DROP = 1;
  private static final int XDP_PASS = 2;

  @Test
  void aTcProgramChangesPacketAndContext() {
    byte[] frame = new byte[64];
    frame[0] = 2;
    frame[1] = 1;
    try (TestNetworkNamespace namespace = new TestNetworkNamespace();
        BpfObject object = TestObjects.load()) {
      int device = namespace.createVeth("test0", "test1");
      TestResult result =
          namespace.call(
              () ->
                  object
                      .program("mark_packet")
                      .testRun()
                      .data(frame)
                      .context(
                          SkbContext.create()
                              .interfaceIndex(device)
                              .ingressInterfaceIndex(device)
                              .mark(7)
                              .priority(3)
                              .controlWord(4, 9))
                      .run());
      assertThat(result.returnValue()).isZero();
      assertThat(result.dataOut()).hasSize(64).startsWith(1, 2);
      SkbContext context = SkbContext.of(result);
      assertThat(context.mark()).isEqualTo(device + 1000);
      assertThat(context.interfaceIndex()).isEqualTo(device);
      assertThat(context.ingressInterfaceIndex()).isEqualTo(device);
      assertThat(context.priority()).isEqualTo(3);
      assertThat(context.controlWord(4)).isEqualTo(9);
    }
  }

  @Test
  void runsAreRepeatedAndTimed() {
    try (BpfObject object = TestObjects.load()) {
      TestResult result =
          object.program("count_one").testRun().data(new byte[64]).repeat(1000).run();
      assertThat(TestObjects.counter(object, 1)).isEqualTo(1000);
      assertThat(result.returnValue()).isEqualTo(-1);
      assertThat(result.contextOut()).isEmpty();
      assertThat(result.nanos()).isBetween(0L, 100_000L);
    }
  }

  @Test
  void anXdpProgramJudgesFrames() {
    try (BpfObject object = TestObjects.load()) {
      BpfProgram program = object.program("drop_short");
      assertThat(program.testRun().data(new byte[59]).run().returnValue()).isEqualTo(XDP_DROP);
      TestResult passed = program.testRun().data(new byte[60]).run();
      assertThat(passed.returnValue()).isEqualTo(XDP_PASS);
      assertThat(passed.dataOut()).hasSize(60);
    }
  }

  @Test
  void manyFramesRunOneAfterTheOther() {
    try (BpfObject object = TestObjects.load()) {
      byte[] frame = new byte[60];
      assertThat(
              object
                  .program("drop_short")
                  .testRun()
                  .context(XdpContext.on(0))
                  .verdicts(List.of(frame, new byte[59], frame)))
          .containsExactly(XDP_PASS, XDP_DROP, XDP_PASS);
      assertThatThrownBy(
              () -> object.program("count_one").testRun().verdicts(List.of(new byte[13])))
          .hasMessageContaining("program 'count_one'")
          .hasMessageContaining("EINVAL");
    }
  }

  @Test
  void anXdpProgramIsToldTheQueue() {
    try (TestNetworkNamespace namespace = new TestNetworkNamespace();
        BpfObject object = TestObjects.load()) {
      int device = namespace.createVeth("test0", "test1");
      TestRun run = object.program("tell_queue").testRun().data(new byte[60]);
      assertThat(namespace.call(run.context(XdpContext.on(device))::run).returnValue())
          .isEqualTo(device * 100);
      assertThatThrownBy(() -> namespace.call(run.context(new XdpContext(device, 99))::run))
          .hasMessageContaining("EINVAL");
    }
  }

  @Test
  void aSyscallProgramWritesItsContext() {
    try (BpfObject object = TestObjects.load();
        Arena arena = Arena.ofConfined()) {
      TestResult result =
          object
              .program("add")
              .testRun()
              .context(arena.allocateFrom(ValueLayout.JAVA_INT, 40, 2, 0))
              .run();
      assertThat(result.returnValue()).isEqualTo(5);
      assertThat(result.contextOut()).containsExactly(40, 0, 0, 0, 2, 0, 0, 0, 42, 0, 0, 0);
      assertThat(result.dataOut()).isEmpty();
    }
  }

  @Test
  void aFrameWithoutALinkHeaderIsRefused() {
    try (BpfObject object = TestObjects.load()) {
      TestRun run = object.program("count_one").testRun().data(new byte[13]);
      assertThatThrownBy(run::run)
          .isInstanceOf(BpfException.class)
          .hasMessageContaining("program 'count_one'")
          .hasMessageContaining("EINVAL");
    }
  }

  @Test
  void aProgramTypeWithoutTestRunSaysSo() {
    try (BpfObject object = TestObjects.load()) {
      TestRun run = object.program("count_connect").testRun().data(new byte[64]);
      assertThatThrownBy(run::run)
          .hasMessageContaining("program 'count_connect'")
          .hasMessageContaining("ENOTSUPP");
    }
  }

  @Test
  void theKernelTellsWhatAProgramCosts() {
    try (BpfObject object = TestObjects.load()) {
      BpfProgram program = object.program("count_one");
      assertThat(program.verifiedInstructions()).isPositive();
      long before = program.runCount();
      try (RunTimeStatistics statistics = BpfProgram.enableRunTimeStatistics()) {
        assertThat(statistics).isNotNull();
        program.testRun().data(new byte[64]).repeat(100).run();
      }
      assertThat(program.runCount() - before).isEqualTo(100);
      assertThat(program.runTimeNanos()).isPositive();
    }
  }
}
