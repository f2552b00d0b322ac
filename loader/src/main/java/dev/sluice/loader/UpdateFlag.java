// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

/** When an update may write: always, only a new key, only an existing key. */
public enum UpdateFlag {
  /** Create or replace (BPF_ANY). */
  ANY(0),
  /** Create only; EEXIST if the key is there (BPF_NOEXIST). */
  NOEXIST(1),
  /** Replace only; ENOENT if the key is not there (BPF_EXIST). */
  EXIST(2);

  private final long value;

  UpdateFlag(long value) {
    this.value = value;
  }

  long value() {
    return value;
  }
}
