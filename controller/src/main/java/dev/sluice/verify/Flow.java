// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import static java.util.Objects.requireNonNull;

import dev.sluice.model.IpAddress;
import dev.sluice.model.Protocol;
import dev.sluice.trial.Call;
import dev.sluice.trial.Origin;
import dev.sluice.trial.Outcome;

/** The first packet of a connection, and what it is to meet. */
public record Flow(String name, Call call, Outcome expected) {
  public Flow {
    requireNonNull(name, "name");
    requireNonNull(call, "call");
    requireNonNull(expected, "expected");
  }

  public Origin from() {
    return call.from();
  }

  public IpAddress source() {
    return call.source();
  }

  public IpAddress destination() {
    return call.destination();
  }

  public int port() {
    return call.port();
  }

  public Protocol protocol() {
    return call.protocol();
  }

  /** {@code TCP 10.1.0.4 -> 10.96.0.10:53 from pod}. */
  @Override
  public String toString() {
    return call.toString();
  }
}
