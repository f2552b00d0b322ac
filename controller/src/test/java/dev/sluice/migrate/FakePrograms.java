// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import dev.sluice.node.Programs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Programs by their command lines; all others are missing. */
final class FakePrograms implements Programs {
  private final Map<String, Answer> answers = new HashMap<>();
  private final List<String> run = new ArrayList<>();
  private final List<String> inputs = new ArrayList<>();

  FakePrograms printing(String command, String output) {
    answers.put(command, new Answer.Printed(output));
    return this;
  }

  FakePrograms failing(String command, String why) {
    answers.put(command, new Answer.Failed(why));
    return this;
  }

  /** An iptables that prints some rules and takes changes. */
  FakePrograms iptables(String name, String rules) {
    return printing(name + "-save --version", name + "-save v1.8.9")
        .printing(name + "-save", rules)
        .printing(name + "-restore --noflush --wait 10", "");
  }

  List<String> commands() {
    return run;
  }

  /** What programs were given to read, one after the other. */
  List<String> inputs() {
    return inputs;
  }

  @Override
  public Answer run(Duration limit, List<String> command, String input) {
    String line = String.join(" ", command);
    run.add(line);
    if (!input.isEmpty()) {
      inputs.add(input);
    }
    return answers.getOrDefault(line, new Answer.Missing());
  }
}
