// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Makes namespaces and cgroups on the real kernel: skipped unless run by root. */
@Tag("root")
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresRoot.Root.class)
public @interface RequiresRoot {
  final class Root implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return System.getProperty("user.name").equals("root")
          ? ConditionEvaluationResult.enabled("root")
          : ConditionEvaluationResult.disabled("needs root: network namespaces and cgroups");
    }
  }
}
