// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import me.bechberger.ebpf.bpf.raw.Lib;

/** The system's libbpf: found, loaded, and checked for its version (1.1 or later). */
public final class Libbpf {
  private static final String FILE_NAME = "libbpf.so.1";
  private static final String INSTALL =
      "install libbpf 1.1 or later (Debian, Ubuntu: apt install libbpf1; Fedora: dnf install"
          + " libbpf)";

  private Libbpf() {}

  /** Loaded once, by the JVM's class initialisation; a problem is kept for every caller. */
  private static final class Loaded {
    static final String PROBLEM = load();
  }

  /**
   * Loads libbpf into this JVM and raises the limit of locked memory. The first call does the work,
   * later ones return at once. Every entry point of this package calls it.
   *
   * @throws BpfException if libbpf is missing or older than 1.1; the message says what to install
   */
  public static void require() {
    if (!Loaded.PROBLEM.isEmpty()) {
      throw new BpfException("load", FILE_NAME, 0, Loaded.PROBLEM + "; " + INSTALL);
    }
  }

  /** The version of the loaded library, for example {@code 1.1}. */
  public static String version() {
    require();
    return Lib.libbpf_major_version() + "." + Lib.libbpf_minor_version();
  }

  /**
   * How many CPUs this machine can ever have, the number of values that a per-CPU map keeps for
   * each key. It can exceed the number of CPUs that are online.
   */
  public static int possibleCpus() {
    require();
    return BpfException.check(
        Lib.libbpf_num_possible_cpus(), "libbpf_num_possible_cpus", "this machine");
  }

  /** Returns what went wrong; empty if nothing did. */
  @SuppressWarnings("restricted")
  private static String load() {
    List<Path> directories = libraryDirectories();
    Path library =
        directories.stream()
            .map(directory -> directory.resolve(FILE_NAME))
            .filter(Files::exists)
            .findFirst()
            .orElse(null);
    if (library == null) {
      return "not found in " + directories;
    }
    try {
      System.load(library.toRealPath().toString());
    } catch (IOException | UnsatisfiedLinkError failure) {
      return library + ": " + failure.getMessage();
    }
    int major = Lib.libbpf_major_version();
    int minor = Lib.libbpf_minor_version();
    if (major < 1 || (major == 1 && minor < 1)) {
      return library + " is version " + major + "." + minor;
    }
    LibbpfMessages.install();
    Native.raiseLockedMemoryLimit();
    return "";
  }

  /** Where Debian, Ubuntu, Fedora and a local build put shared libraries, on x86-64 and arm64. */
  private static List<Path> libraryDirectories() {
    String architecture = System.getProperty("os.arch");
    String multiarch = (architecture.equals("amd64") ? "x86_64" : architecture) + "-linux-gnu";
    List<Path> directories = new ArrayList<>();
    String searchPath = System.getenv("LD_LIBRARY_PATH");
    if (searchPath != null) {
      for (String directory : searchPath.split(":", -1)) {
        if (!directory.isBlank()) {
          directories.add(Path.of(directory));
        }
      }
    }
    for (String prefix : List.of("/usr/local/lib", "/usr/lib", "/lib")) {
      directories.add(Path.of(prefix, multiarch));
      directories.add(Path.of(prefix + "64"));
      directories.add(Path.of(prefix));
    }
    return List.copyOf(directories);
  }
}
