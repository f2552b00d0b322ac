// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.OptionalLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelFeaturesTest {
  @TempDir private Path root;

  private KernelFeatures withRelease(String release) {
    new FakeMachine(root).file("proc/sys/kernel/osrelease", release + "\n");
    return KernelFeatures.detect(root);
  }

  @ParameterizedTest
  @CsvSource({
    "5.10, 5, 10, 0",
    "5.10.0-28-cloud-amd64, 5, 10, 0",
    "6.18.44-fc-v669, 6, 18, 44",
    "6.6.87.2-microsoft-standard-WSL2, 6, 6, 87",
    "6.9+, 6, 9, 0"
  })
  void releasesAreReadAsDistributionsWriteThem(String text, int major, int minor, int patch) {
    assertThat(KernelRelease.parse(text)).isEqualTo(new KernelRelease(major, minor, patch, text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "linux", "6", "v5.10"})
  void whatIsNoReleaseIsReported(String text) {
    assertThatThrownBy(() -> KernelRelease.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not a kernel release");
  }

  @Test
  void releasesAreOrderedByNumbersNotByLetters() {
    assertThat(KernelRelease.parse("5.9").isAtLeast(KernelRelease.parse("5.10"))).isFalse();
    assertThat(KernelRelease.parse("5.10.0-rc1").isAtLeast(KernelRelease.parse("5.10"))).isTrue();
  }

  @Test
  void withoutTypeInformationTheReleaseDecides() {
    KernelFeatures features = withRelease("5.15.0");
    assertThat(features.typeInformation()).isFalse();
    assertThat(features.present())
        .containsExactlyInAnyOrder(
            KernelFeature.SOCKET_COOKIE,
            KernelFeature.SYSCALL_PROGRAMS,
            KernelFeature.FOR_EACH_MAP_ELEMENT,
            KernelFeature.BATCH_OPERATIONS,
            KernelFeature.NAMESPACE_COOKIE,
            KernelFeature.ATOMIC_FETCH);
  }

  @Test
  void aFeatureThatAVendorPortedBackIsFoundByItsName() {
    new FakeMachine(root)
        .file("proc/sys/kernel/osrelease", "5.14.0-427.el9.x86_64\n")
        .file("sys/kernel/btf/vmlinux", "\0not_BPF_FUNC_set_retval\0BPF_TCX_INGRESS\0");
    KernelFeatures features = KernelFeatures.detect(root);
    assertThat(features.has(KernelFeature.TCX)).isTrue();
    assertThat(features.has(KernelFeature.SET_RETVAL)).isFalse();
    assertThat(features.has(KernelFeature.NAMESPACE_COOKIE)).isTrue();
  }

  @Test
  void pretendingAnOlderKernelTakesItsFeaturesAway() {
    KernelFeatures old = withRelease("6.18.1").pretend("5.10");
    assertThat(old.release()).isEqualTo(KernelRelease.parse("5.10"));
    assertThat(old.present()).containsExactly(KernelFeature.BATCH_OPERATIONS);
  }

  @Test
  void pretendingAYoungerKernelChangesNothing() {
    KernelFeatures features = withRelease("5.15.0");
    assertThat(features.pretend("6.18")).isEqualTo(features);
    assertThat(features.pretend("5.15")).isEqualTo(features);
  }

  @Test
  void onTheRealKernelNamesAndReleaseAgree() {
    KernelFeatures features = KernelFeatures.detect(Path.of("/"));
    Assumptions.assumeTrue(
        features.typeInformation() && features.release().isAtLeast(KernelRelease.parse("6.6")),
        "skipped: needs /sys/kernel/btf/vmlinux and a mainline kernel of 6.6 or later");
    System.out.println("kernel " + features.release() + ": " + features.present());
    assertThat(features.present())
        .containsAll(
            EnumSet.of(
                KernelFeature.TCX, KernelFeature.SET_RETVAL, KernelFeature.BATCH_OPERATIONS));
  }

  @Test
  void aNamespaceHasACookieOfItsOwn() {
    OptionalLong here = NetworkNamespaceCookie.ofCurrentThread();
    Assumptions.assumeTrue(here.isPresent(), "skipped: SO_NETNS_COOKIE needs Linux 5.14");
    try (PrivateNamespace namespace = new PrivateNamespace()) {
      OptionalLong there = namespace.call(NetworkNamespaceCookie::ofCurrentThread);
      assertThat(there).isPresent().isNotEqualTo(here);
      assertThat(namespace.call(NetworkNamespaceCookie::ofCurrentThread)).isEqualTo(there);
      assertThat(NetworkNamespaceCookie.ofCurrentThread()).isEqualTo(here);
    }
  }
}
