// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader.btf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.loader.TestObjects;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The BTF of the compiled test programs. */
class BtfTest {
  private static final byte[] OBJECT = TestObjects.read("maps");
  private static final Btf BTF = Btf.parse(OBJECT);

  @Test
  void structsHaveTheirMembersAtTheOffsetsOfTheCompiler() {
    BtfType.Composite endpoint = BTF.composite("endpoint").orElseThrow();
    assertThat(endpoint.size()).isEqualTo(8);
    assertThat(endpoint.union()).isFalse();
    assertThat(endpoint.members())
        .extracting(BtfType.Member::name)
        .containsExactly("address", "port", "protocol", "ready");
    assertThat(endpoint.members()).extracting(BtfType.Member::offset).containsExactly(0, 4, 6, 7);
    assertThat(BTF.composite("no_such_struct")).isEmpty();
  }

  @Test
  void typedefsLeadToTheTypeBehindThem() {
    int port = member("endpoint", "port").type();
    assertThat(BTF.typedefNames(port)).containsExactly("__be16", "__u16");
    assertThat(BTF.resolve(port)).isEqualTo(new BtfType.Scalar("unsigned short", 2, false, false));
    assertThat(BTF.sizeOf(port)).isEqualTo(2);
    assertThat(BTF.resolve(member("endpoint", "ready").type()))
        .isEqualTo(new BtfType.Scalar("_Bool", 1, false, true));
  }

  @Test
  void arraysHaveLengthAndElement() {
    BtfType words = BTF.resolve(member("every_member", "words").type());
    assertThat(words).isInstanceOf(BtfType.Array.class);
    assertThat(((BtfType.Array) words).length()).isEqualTo(4);
    assertThat(BTF.sizeOf(member("every_member", "backends").type())).isEqualTo(16);
  }

  @Test
  void anonymousUnionsAreMembersWithoutAName() {
    BtfType union = BTF.resolve(member("every_member", "").type());
    assertThat(union).isInstanceOf(BtfType.Composite.class);
    assertThat(((BtfType.Composite) union).union()).isTrue();
    assertThat(((BtfType.Composite) union).name()).isEmpty();
  }

  @Test
  void enumsAreFoundByNameOrByAConstant() {
    assertThat(BTF.enumeration("reason").orElseThrow().enumerators())
        .contains(new BtfType.Enumerator("REASON_DROP_FULL", 7));
    assertThat(BTF.enumeration("FLAG_LOCAL").orElseThrow().enumerators())
        .containsExactly(
            new BtfType.Enumerator("FLAG_LOCAL", 1),
            new BtfType.Enumerator("FLAG_HIGHEST", 0x80000000L));
    assertThat(BTF.enumeration("REASON_PASS")).isEmpty();
  }

  @Test
  void variablesHaveTheOffsetsOfTheSymbolTable() {
    List<BtfVariable> constants = BTF.variables(".rodata");
    assertThat(constants)
        .extracting(BtfVariable::name)
        .containsExactlyInAnyOrder("answer", "enabled", "mac", "wide");
    assertThat(constants).extracting(BtfVariable::offset).doesNotHaveDuplicates().isSorted();
    assertThat(BTF.variables(".maps"))
        .extracting(BtfVariable::name)
        .contains("table", "counters", "slots");
    assertThat(BTF.variables(".nothing")).isEmpty();
  }

  @Test
  void whatIsNoObjectWithTypesIsRefused() {
    assertThatThrownBy(() -> Btf.parse("#!/bin/sh".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(BtfException.class)
        .hasMessageContaining("ELF64");
    byte[] withoutTypes = new byte[64];
    System.arraycopy(OBJECT, 0, withoutTypes, 0, 20);
    assertThatThrownBy(() -> Btf.parse(withoutTypes)).isInstanceOf(BtfException.class);
  }

  @Test
  void aTruncatedObjectIsRefusedAndNeverMisread() {
    for (int length = 0; length < OBJECT.length; length += 97) {
      byte[] truncated = Arrays.copyOf(OBJECT, length);
      assertThatThrownBy(() -> Btf.parse(truncated)).isInstanceOf(BtfException.class);
    }
  }

  private static BtfType.Member member(String struct, String name) {
    return BTF.composite(struct).orElseThrow().members().stream()
        .filter(member -> member.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
