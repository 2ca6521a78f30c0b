// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import java.util.concurrent.atomic.AtomicReference;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/** One call at a time: a second one, from whatever thread, is refused at once. */
public final class Turn implements AutoCloseable {

  private record Holder(Thread thread, String action) {}

  private final AtomicReference<Holder> holder = new AtomicReference<>();

  /**
   * Begins a call, which {@link #close} ends.
   *
   * @param action what is begun, for messages: "Cannot [action] ..."
   * @throws InvalidUseException if another call has not ended
   */
  public Turn take(String action) {
    Holder mine = new Holder(Thread.currentThread(), action);
    Holder other = holder.compareAndExchange(null, mine);
    if (other != null) {
      throw new InvalidUseException(
          other.thread == mine.thread
              ? Text.of(
                  "Cannot %s inside this thread's call to %s; do it when that call has ended",
                  action, other.action)
              : Text.of(
                  "Cannot %s in thread '%s': thread '%s' has not ended its call to %s; use a world from one thread at a time",
                  action, mine.thread.getName(), other.thread.getName(), other.action));
    }
    return this;
  }

  @Override
  public void close() {
    holder.set(null);
  }
}
