// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.tick;

import java.io.IOException;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.LogFullException;
import org.arrowworld.errors.MemoryFullException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.internal.world.TripleApplier;
import org.arrowworld.log.LogWriter;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.tick.TickBody;

/**
 * Runs ticks of a live world: systems fill the mutation buffer, the changes become triples in
 * canonical order, the log gets them, and only then are they applied. One thread.
 */
public final class TickEngine {
  private final MutableWorld world;
  private final LogWriter log;
  private final Triples rows = new Triples(4096);
  private final TickBuffer buffer;
  private final CanonicalOrder order;
  private final TripleApplier applier;
  private boolean running;
  private boolean unsure;

  public TickEngine(MutableWorld world, KeyTable keys, LogWriter log) {
    this(world, keys, Optional.of(log));
  }

  private TickEngine(MutableWorld world, KeyTable keys, Optional<LogWriter> log) {
    this.world = world;
    this.log = log.orElse(null);
    this.buffer = new TickBuffer(world, keys);
    this.order = new CanonicalOrder(world, buffer, rows);
    this.applier = new TripleApplier(world, keys);
  }

  /**
   * An engine whose ticks leave no history: the same triples are made and applied, and forgotten.
   * For measuring what the log costs, and for worlds that nobody will ask about.
   */
  public static TickEngine unlogged(MutableWorld world, KeyTable keys) {
    return new TickEngine(world, keys, Optional.empty());
  }

  /**
   * Runs one tick: logged, forced where the durability asks for it, and only then applied. If the
   * systems or their changes throw, the tick is as if it had never begun. If the log throws, the
   * world stays as it was and the log is poisoned: whether the tick is in it, resuming will tell.
   *
   * @param tick later than the last one
   * @param systems puts mutations into the buffer, which is valid during the call only
   * @return number of rows made, the commit row included
   */
  public <E extends Exception> int run(long tick, TickBody<E> systems) throws E, IOException {
    return run(tick, systems, LogWriter::commitTick);
  }

  /**
   * As {@link #run(long, TickBody)}, but applied as soon as it is handed to the log, forced or not.
   */
  public <E extends Exception> int runLater(long tick, TickBody<E> systems) throws E, IOException {
    return run(tick, systems, LogWriter::commitTickLater);
  }

  /** How a tick's rows get into the log. */
  private interface Commit {
    void log(LogWriter log, long tick, Triples rows) throws IOException;
  }

  private <E extends Exception> int run(long tick, TickBody<E> systems, Commit way)
      throws E, IOException {
    if (running) {
      throw new InvalidUseException(Text.of("Cannot begin tick %d inside a tick", tick));
    }
    if (systems == null) {
      throw new InvalidUseException(Text.of("Cannot run tick %d: its body is null", tick));
    }
    if (unsure) {
      throw new InvalidUseException(
          Text.of(
              "Cannot run tick %d: the heap was full while the last tick was logged or applied; close the world and resume it with a larger -Xmx",
              tick));
    }
    if (tick <= world.tick()) {
      throw new InvalidUseException(
          Text.of("Cannot run tick %d: the world is at tick %d", tick, world.tick()));
    }
    int words = world.codebook().size();
    try {
      prepare(tick, systems);
    } catch (OutOfMemoryError e) {
      throw MemoryFullException.running(tick, e);
    } catch (MemoryFullException e) {
      throw MemoryFullException.running(tick, e);
    }
    try {
      commit(tick, words, way);
      apply(tick);
    } catch (OutOfMemoryError e) {
      throw MemoryFullException.ending(tick, e);
    }
    return rows.size() + 1;
  }

  private void commit(long tick, int words, Commit way) throws IOException {
    if (log == null) {
      return;
    }
    unsure = true;
    try {
      way.log(log, tick, rows);
      unsure = false;
    } catch (LogFullException e) {
      unsure = false;
      world.codebook().shrinkTo(words); // nothing of the tick is in the log
      throw e;
    } catch (IOException | RuntimeException e) {
      unsure = false; // the log itself takes no more
      throw e;
    }
  }

  /** Applies what was logged. Room was made before, so only a want of heap can end it halfway. */
  private void apply(long tick) {
    unsure = true;
    applier.apply(rows, 0, rows.size(), null);
    world.settle(tick);
    buffer.applied();
    unsure = false;
  }

  private <E extends Exception> void prepare(long tick, TickBody<E> systems) throws E {
    int words = world.codebook().size();
    boolean whole = false;
    running = true;
    buffer.begin(tick);
    try {
      systems.run(buffer);
      order.run();
      whole = true;
    } finally {
      if (!whole) {
        world.codebook().shrinkTo(words);
      }
      buffer.end();
      running = false;
    }
  }
}
