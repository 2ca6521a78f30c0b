// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** What reaches the flush thread, and when: the thread stops at a gate in each flush. */
class RevolverTest {
  private final Semaphore begun = new Semaphore(0);
  private final Semaphore gate = new Semaphore(0);
  private final List<Long> flushed = Collections.synchronizedList(new ArrayList<>());

  private Revolver revolver(int rows) {
    Revolver.Sink sink =
        new Revolver.Sink() {
          @Override
          public void flush(Revolver.Work work) {
            for (int row = work.from(); row < work.to(); row++) {
              flushed.add(work.rows().vals()[row]);
            }
            begun.release();
            gate.acquireUninterruptibly();
          }

          @Override
          public void prepare() {}

          @Override
          public void idle() {}
        };
    return new Revolver(2, rows, Long.MAX_VALUE, sink, IOException::new);
  }

  private static void add(Revolver revolver, long... values) throws IOException {
    for (long value : values) {
      revolver.current().add(0, 0, 1, value);
    }
  }

  @Test
  void what_was_offered_to_a_busy_thread_is_flushed_without_another_call() throws IOException {
    Revolver revolver = revolver(10);
    add(revolver, 1);
    revolver.offer(1, false);
    begun.acquireUninterruptibly();
    add(revolver, 2, 3);
    revolver.offer(1, false);
    add(revolver, 4);
    assertThat(flushed).containsExactly(1L);
    gate.release();
    begun.acquireUninterruptibly();
    assertThat(flushed).containsExactly(1L, 2L, 3L);
    add(revolver, 5);
    long ticket = revolver.turn(1, false);
    gate.release(2);
    revolver.await(ticket);
    assertThat(flushed).containsExactly(1L, 2L, 3L, 4L, 5L);
    revolver.stop();
  }

  @Test
  void rows_offered_and_then_handed_over_are_flushed_once() throws IOException {
    Revolver revolver = revolver(4);
    gate.release(1000);
    List<Long> expected = new ArrayList<>();
    for (long value = 0; value < 500; value++) {
      if (revolver.current().size() == 4) {
        revolver.turn(1, false);
      }
      add(revolver, value);
      expected.add(value);
      if (value % 3 == 0) {
        revolver.offer(1, false);
      }
    }
    revolver.await(revolver.turn(1, true));
    revolver.stop();
    assertThat(flushed).isEqualTo(expected);
  }
}
