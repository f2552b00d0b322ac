// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Collects what is wrong with the objects of one plan, each thing once. */
final class Notes {
  private final Set<String> notes = new LinkedHashSet<>();

  void add(String note) {
    notes.add(note);
  }

  /** Reads an address, or notes that {@code what} is none and is left out. */
  Optional<IpAddress> address(String what, String text) {
    return parse(what, text, IpAddress::parse);
  }

  /**
   * Reads an address that Kubernetes' API would accept for an external IP or an endpoint: no
   * loopback, link-local, multicast or unspecified one.
   */
  Optional<IpAddress> ordinaryAddress(String what, String text) {
    return address(what, text)
        .filter(
            address -> {
              boolean ordinary =
                  !address.isLoopback()
                      && !address.isLinkLocal()
                      && !address.isMulticast()
                      && !address.isUnspecified();
              if (!ordinary) {
                add(
                    what
                        + " '"
                        + text
                        + "' is left out: it must not be a loopback, link-local, multicast or"
                        + " unspecified address");
              }
              return ordinary;
            });
  }

  /** Reads a CIDR, or notes that {@code what} is none and is left out. White space is tolerated. */
  Optional<Cidr> cidr(String what, String text) {
    return parse(what, text.strip(), Cidr::parse);
  }

  private <T> Optional<T> parse(String what, String text, Function<String, T> parser) {
    try {
      return Optional.of(parser.apply(text));
    } catch (IllegalArgumentException e) {
      add(what + " is left out: " + e.getMessage());
      return Optional.empty();
    }
  }

  List<String> list() {
    return List.copyOf(notes);
  }
}
