// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

/** A resolver in the background. */
record RunningResolver(DnsResolver resolver, RunningTask<ResolverReport> task) {
  static RunningResolver start(DnsResolver resolver) {
    return new RunningResolver(resolver, new RunningTask<>(resolver::run));
  }
}
