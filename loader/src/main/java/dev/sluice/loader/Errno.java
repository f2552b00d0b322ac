// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

/** The error numbers that bpf(2) and its company return (asm-generic: x86-64 and arm64 agree). */
enum Errno {
  EPERM(
      1,
      "Operation not permitted",
      "run as root, or with CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON (CAP_SYS_ADMIN before kernel 5.8)"),
  ENOENT(2, "No such file or directory", ""),
  EINTR(4, "Interrupted system call", ""),
  E2BIG(
      7,
      "Argument list too long",
      "the map is full, the program too large, or the structure newer than this kernel"),
  EBADF(9, "Bad file descriptor", "the object was closed, or was never loaded"),
  EAGAIN(11, "Resource temporarily unavailable", ""),
  ENOMEM(12, "Cannot allocate memory", "lower the map sizes or raise the memory limit"),
  EACCES(13, "Permission denied", "the verifier or a missing permission said no"),
  EFAULT(14, "Bad address", ""),
  EBUSY(16, "Device or resource busy", ""),
  EEXIST(17, "File exists", ""),
  ENODEV(19, "No such device", "the network device is gone, or is in another network namespace"),
  ENOTDIR(20, "Not a directory", ""),
  EINVAL(22, "Invalid argument", ""),
  ENFILE(23, "Too many open files in system", ""),
  EMFILE(24, "Too many open files", "raise the limit of open files"),
  ENOSPC(28, "No space left on device", "the map or the output buffer is full"),
  ERANGE(34, "Numerical result out of range", ""),
  ENOLINK(67, "Link has been severed", "the link's device or cgroup is gone"),
  EBADFD(77, "File descriptor in bad state", "the object was closed, or was never loaded"),
  EOPNOTSUPP(95, "Operation not supported", "this kernel lacks the feature"),
  ENETDOWN(100, "Network is down", ""),
  ENOTSUPP(524, "Operation not supported by the kernel", "this kernel lacks the feature"),
  OTHER(-1, "Unknown error", "");

  private final int number;
  private final String text;
  private final String hint;

  Errno(int number, String text, String hint) {
    this.number = number;
    this.text = text;
    this.hint = hint;
  }

  static Errno of(int number) {
    for (Errno candidate : values()) {
      if (candidate.number == number) {
        return candidate;
      }
    }
    return OTHER;
  }

  int number() {
    return number;
  }

  String hint() {
    return hint;
  }

  /** For example {@code ENOENT (No such file or directory)}. */
  static String describe(int number) {
    Errno errno = of(number);
    return errno == OTHER ? "error number " + number : errno.name() + " (" + errno.text + ")";
  }
}
