// SPDX-License-Identifier: Apache-2.0
package dev.sluice.compatibility;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a test that fails if Sluice breaks one of these rules of kube-proxy. {@code
 * docs/kube-proxy-compatibility.md} is made from these annotations.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface ShowsRules {
  /** The rules' numbers, 1 to 288. */
  int[] value();
}
