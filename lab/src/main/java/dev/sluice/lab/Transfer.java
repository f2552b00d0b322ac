// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.time.Duration;

/**
 * A transfer of the same number of pseudo-random bytes in both directions over one connection.
 *
 * @param bytes in each direction
 * @param uploadSent SHA-256 of what the client sent, in hexadecimal
 * @param uploadReceived SHA-256 of what the server got
 * @param downloadSent SHA-256 of what the server should have sent
 * @param downloadReceived SHA-256 of what the client got
 */
public record Transfer(
    Banner banner,
    long bytes,
    String uploadSent,
    String uploadReceived,
    String downloadSent,
    String downloadReceived,
    Duration duration) {

  /** Whether every byte arrived, unchanged and in order, both ways. */
  public boolean intact() {
    return uploadSent.equals(uploadReceived) && downloadSent.equals(downloadReceived);
  }

  Fields toFields() {
    return banner
        .toFields()
        .with("bytes", bytes)
        .with("uploadSent", uploadSent)
        .with("uploadReceived", uploadReceived)
        .with("downloadSent", downloadSent)
        .with("downloadReceived", downloadReceived)
        .with("duration", duration);
  }

  static Transfer of(Fields fields) {
    return new Transfer(
        Banner.of(fields),
        fields.bigNumber("bytes"),
        fields.text("uploadSent"),
        fields.text("uploadReceived"),
        fields.text("downloadSent"),
        fields.text("downloadReceived"),
        fields.duration("duration"));
  }
}
