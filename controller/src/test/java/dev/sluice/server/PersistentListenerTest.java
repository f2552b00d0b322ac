// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.server.HttpServer.Listener;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PersistentListenerTest {
  private static final BindAddress ANY_PORT = BindAddress.parse("127.0.0.1:0", 0);

  @Test
  @ShowsRules(216)
  void aPortThatIsTakenIsTriedUntilItIsFree() throws Exception {
    BlockingQueue<String> failures = new LinkedBlockingQueue<>();
    try (HttpServer http = new HttpServer();
        Web web = new Web();
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor()) {
      Listener holder = http.listen(ANY_PORT, question -> HttpAnswer.text(200, ""), Runnable::run);
      BindAddress taken = BindAddress.parse("127.0.0.1:" + holder.port(), 0);
      try (PersistentListener listener =
          PersistentListener.start(
              () -> http.listen(taken, question -> HttpAnswer.text(200, "mine"), Runnable::run),
              failures::add,
              timer,
              20)) {
        for (int time = 0; time < 2; time++) {
          assertThat(failures.poll(5, TimeUnit.SECONDS)).contains(taken.toString());
        }
        assertThat(listener.isOpen()).isFalse();

        holder.close();
        timer.schedule(() -> {}, 200, TimeUnit.MILLISECONDS).get(); // behind the next try
        assertThat(listener.isOpen()).isTrue();
        assertThat(web.get(taken.port(), "/").body()).isEqualTo("mine");
      }
    }
  }
}
