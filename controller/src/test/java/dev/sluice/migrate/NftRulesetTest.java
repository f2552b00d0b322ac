// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.node.NodeException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NftRulesetTest {
  static final String KUBE_PROXY =
      """
      {"nftables": [
       {"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
       {"table": {"family": "ip", "name": "kube-proxy", "handle": 2}},
       {"chain": {"family": "ip", "table": "kube-proxy", "name": "services", "handle": 1}},
       {"chain": {"family": "ip", "table": "kube-proxy", "name": "filter-forward", "handle": 2,
                  "type": "filter", "hook": "forward", "prio": -110, "policy": "accept"}},
       {"rule": {"family": "ip", "table": "kube-proxy", "chain": "services", "handle": 3,
                 "expr": [{"drop": null}]}}]}
      """;

  @Test
  void tablesChainsAndRulesAreRead() {
    NftRuleset ruleset = NftRuleset.parse(KUBE_PROXY);
    NftRuleset.Table table = new NftRuleset.Table("ip", "kube-proxy");
    assertThat(ruleset.tables()).containsExactly(table);
    assertThat(ruleset.chains())
        .containsExactly(
            new NftRuleset.Chain(table, "services", "", "", ""),
            new NftRuleset.Chain(table, "filter-forward", "filter", "forward", "accept"));
    assertThat(ruleset.rules()).hasSize(1);
    assertThat(ruleset.chainsOf(table)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "no JSON", "{}", "[]", "{\"nftables\": [{\"table\": {\"family\": \"ip\"}}]}"})
  void whatIsNotUnderstoodIsNamed(String text) {
    assertThatThrownBy(() -> NftRuleset.parse(text))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("nft printed");
  }

  @Test
  void aMissingProgramIsToldFromOneThatFails() {
    assertThat(NftRuleset.list(new FakePrograms())).isEqualTo(Optional.empty());
    assertThatThrownBy(
            () ->
                NftRuleset.list(
                    new FakePrograms()
                        .failing("nft --json --terse list ruleset", "Operation not permitted")))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("Operation not permitted");
  }
}
