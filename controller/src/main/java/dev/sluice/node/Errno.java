// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

/**
 * The error numbers that this package tells apart; the values are those of x86-64 and arm64 Linux.
 */
final class Errno {
  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int ESRCH = 3;
  static final int EINTR = 4;
  static final int EAGAIN = 11;
  static final int EACCES = 13;
  static final int EBUSY = 16;
  static final int ENODEV = 19;
  static final int EINVAL = 22;
  static final int ENOPROTOOPT = 92;
  static final int EOPNOTSUPP = 95;
  static final int EAFNOSUPPORT = 97;
  static final int ENOBUFS = 105;
  static final int ESTALE = 116;

  private Errno() {}

  static String describe(int errno) {
    return switch (errno) {
      case EPERM -> "not permitted (EPERM); run as root or grant the capability";
      case ENOENT -> "no such entry (ENOENT)";
      case ESRCH -> "no such object (ESRCH)";
      case EINTR -> "interrupted (EINTR)";
      case EAGAIN -> "nothing to read (EAGAIN)";
      case EACCES -> "access denied (EACCES); run as root or grant the capability";
      case EBUSY -> "busy (EBUSY)";
      case ENODEV -> "no such device (ENODEV)";
      case EINVAL -> "invalid argument (EINVAL)";
      case ENOPROTOOPT -> "unknown socket option (ENOPROTOOPT)";
      case EOPNOTSUPP -> "not supported (EOPNOTSUPP)";
      case EAFNOSUPPORT -> "address family not supported (EAFNOSUPPORT)";
      case ENOBUFS -> "receive buffer overrun (ENOBUFS)";
      case ESTALE -> "another object by now (ESTALE)";
      default -> "errno " + errno;
    };
  }
}
