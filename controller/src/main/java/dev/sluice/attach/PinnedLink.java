// SPDX-License-Identifier: Apache-2.0
package dev.sluice.attach;

import dev.sluice.dataplane.PinDirectory;
import dev.sluice.loader.BpfLink;
import dev.sluice.loader.BpfProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Links to devices that live as long as their pins do. */
final class PinnedLink {
  private PinnedLink() {}

  /**
   * Makes a program run by the link that is pinned, or by a new one that is pinned there.
   *
   * @param attachment makes a link to the device
   */
  static void attach(
      Path pin, int interfaceIndex, BpfProgram program, Supplier<BpfLink> attachment) {
    if (Files.exists(pin)) {
      try (BpfLink link = BpfLink.openPinned(pin)) {
        // The device of a link that has lost it has index 0; its number may be another's by now.
        if (link.info().interfaceIndex() == interfaceIndex) {
          if (link.info().programId() != program.id()) {
            link.update(program);
          }
          return;
        }
      }
      PinDirectory.unpin(pin);
    }
    try (BpfLink link = attachment.get()) {
      link.pin(pin);
    }
  }

  /** Detaches what is pinned, if anything is. */
  static void detach(Path pin) {
    if (Files.exists(pin)) {
      try (BpfLink link = BpfLink.openPinned(pin)) {
        if (link.info().interfaceIndex() != 0) {
          link.detach();
        }
      }
      PinDirectory.unpin(pin);
    }
  }
}
