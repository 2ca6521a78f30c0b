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
class BackgroundFlushTest {
  private final Semaphore begun = new Semaphore(0);
  private final Semaphore gate = new Semaphore(0);
  private final List<Long> flushed = Collections.synchronizedList(new ArrayList<>());

  private BackgroundFlush background(int rows) {
    BackgroundFlush.Sink sink =
        new BackgroundFlush.Sink() {
          @Override
          public void flush(BackgroundFlush.Work work) {
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
    return new BackgroundFlush(2, rows, Long.MAX_VALUE, sink, IOException::new);
  }

  private static void add(BackgroundFlush background, long... values) throws IOException {
    for (long value : values) {
      background.current().add(0, 0, 1, value);
    }
  }

  @Test
  void what_was_offered_to_a_busy_thread_is_flushed_without_another_call() throws IOException {
    BackgroundFlush background = background(10);
    add(background, 1);
    background.offer(1, false);
    begun.acquireUninterruptibly();
    add(background, 2, 3);
    background.offer(1, false);
    add(background, 4);
    assertThat(flushed).containsExactly(1L);
    gate.release();
    begun.acquireUninterruptibly();
    assertThat(flushed).containsExactly(1L, 2L, 3L);
    add(background, 5);
    long ticket = background.turn(1, false);
    gate.release(2);
    background.await(ticket);
    assertThat(flushed).containsExactly(1L, 2L, 3L, 4L, 5L);
    background.stop();
  }

  @Test
  void rows_offered_and_then_handed_over_are_flushed_once() throws IOException {
    BackgroundFlush background = background(4);
    gate.release(1000);
    List<Long> expected = new ArrayList<>();
    for (long value = 0; value < 500; value++) {
      if (background.current().size() == 4) {
        background.turn(1, false);
      }
      add(background, value);
      expected.add(value);
      if (value % 3 == 0) {
        background.offer(1, false);
      }
    }
    background.await(background.turn(1, true));
    background.stop();
    assertThat(flushed).isEqualTo(expected);
  }
}
