// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

import dev.sluice.node.PrivateNamespace;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/** A {@link SocketProbe} that runs in a cgroup and a network namespace. */
public final class ProbeProcess implements AutoCloseable {
  private final Process process;
  private final Writer commands;
  private final BufferedReader answers;

  private ProbeProcess(Process process) {
    this.process = process;
    this.commands =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  public static ProbeProcess start(PrivateNamespace namespace, TestCgroup cgroup) {
    // The shell enters the cgroup and becomes the probe.
    ProcessBuilder builder =
        new ProcessBuilder(
            "sh",
            "-c",
            "echo $$ > \"$0\" && exec \"$@\"",
            cgroup.path().resolve("cgroup.procs").toString(),
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx64m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            SocketProbe.class.getName());
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    ProbeProcess probe = new ProbeProcess(namespace.call(builder::start));
    probe.expectReady();
    return probe;
  }

  private void expectReady() {
    String first = answer();
    if (!first.equals("ready")) {
      throw new IllegalStateException("the socket probe said " + first);
    }
  }

  /** Gives a command and waits for the answer. */
  public String ask(String command) {
    try {
      commands.write(command + "\n");
      commands.flush();
      return answer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String answer() {
    try {
      return Objects.requireNonNull(answers.readLine(), "the socket probe has ended");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
