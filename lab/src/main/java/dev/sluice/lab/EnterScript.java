// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import dev.sluice.lab.Host.HostPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A small script per host, {@code sh /run/sluice-lab-ID/HOST/enter COMMAND...}, which runs a
 * command in the host's cgroup and network namespace. It uses nsenter because {@code ip netns exec}
 * would hide {@code /sys} with the bpffs and cgroup mounts below it.
 */
final class EnterScript {
  /** Overrides the cgroup. */
  static final String CGROUP_VARIABLE = "SLUICE_LAB_CGROUP";

  /** Set in every process of a lab, to the lab's id; that is how leftovers are recognised. */
  static final String ID_VARIABLE = "SLUICE_LAB";

  private EnterScript() {}

  static Path path(Path directory) {
    return directory.resolve("enter");
  }

  static void write(String id, HostPlace place) {
    String script =
        """
        #!/bin/sh
        # Runs a command in the network namespace and cgroup of %s.
        export %s=%s
        echo $$ >"${%s:-%s}/cgroup.procs" || exit 125
        unset %s
        exec nsenter --net=/run/netns/%s -- "$@"
        """
            .formatted(
                place.name(),
                ID_VARIABLE,
                id,
                CGROUP_VARIABLE,
                place.cgroup(),
                CGROUP_VARIABLE,
                place.namespace());
    try {
      Files.createDirectories(place.directory());
      Files.writeString(path(place.directory()), script);
    } catch (IOException failure) {
      throw new LabException("cannot write the files of " + place.name(), failure);
    }
  }
}
