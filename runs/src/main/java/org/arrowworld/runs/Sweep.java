// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreLockedException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;
import org.arrowworld.internal.memory.DirectMemory;
import org.arrowworld.internal.store.OutsideStores;
import org.arrowworld.log.LogPosition;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreLock;

/**
 * Makes the runs of a plan in a folder, several at a time. Killed anywhere and started again with
 * the same folder, plan and function it goes on where each run stopped, and makes no run twice;
 * with a plan that has further runs it makes those.
 *
 * <pre>{@code
 * SweepPlan plan = SweepPlan.grid().vary("rate", 0.5, 1.0).vary("seed", SweepPlan.range(1, 100));
 * Sweep sweep = new Sweep(Path.of("sweep"), plan, run -> {
 *   try (LiveWorld world = run.open(schema)) {
 *     while (world.lastTick() < 1000 && !run.stopRequested()) {
 *       world.tick(t -> step(t, run.parameters()));
 *     }
 *   }
 * });
 * SweepReport report = sweep.run();
 * }</pre>
 *
 * <p>A run that throws has failed: its message is kept, the others go on, and it is begun again
 * only if {@link SweepOptions.Failed#RETRY} says so. A full disk stops the sweep.
 */
public final class Sweep {
  private static final int MOST_MESSAGE_CHARS = 10_000;

  private final Path folder;
  private final SweepPlan plan;
  private final SweepFunction function;
  private final SweepOptions options;
  private final Object watching = new Object();
  private final AtomicBoolean begun = new AtomicBoolean();
  private volatile boolean stopping;
  private Optional<String> stopped = Optional.empty();
  private Error broken;
  private int ended;

  /** A sweep with {@link SweepOptions#DEFAULT}. */
  public Sweep(Path folder, SweepPlan plan, SweepFunction function) {
    this(folder, plan, function, SweepOptions.DEFAULT);
  }

  /**
   * A sweep; nothing is done before {@link #run()}.
   *
   * @param folder made if it does not exist; not within a store
   */
  public Sweep(Path folder, SweepPlan plan, SweepFunction function, SweepOptions options) {
    this.folder = AbsolutePath.of(Given.required("start a sweep", "folder", folder));
    this.plan = Given.required("start a sweep", "plan", plan);
    this.function = Given.required("start a sweep", "function", function);
    this.options = Given.required("start a sweep", "choice of options", options);
  }

  /**
   * Lets runs end at their next look at {@link SweepRun#stopRequested}, and begins none; any
   * thread.
   */
  public void stop() {
    stopping = true;
  }

  /** As {@link #run(SweepWatcher)}, watched by nobody. */
  public SweepReport run() throws IOException {
    return run(SweepWatcher.NONE);
  }

  /**
   * Makes the runs that are not done, and writes the catalogue. Once only.
   *
   * @throws StoreLockedException at once, if another sweep works in the folder
   * @throws org.arrowworld.errors.DamagedFileException if the folder's plan is damaged
   */
  public SweepReport run(SweepWatcher watcher) throws IOException {
    Given.required("start a sweep", "watcher", watcher);
    if (begun.getAndSet(true)) {
      throw new InvalidUseException(
          "Cannot run a sweep twice: make another one of the same folder");
    }
    OutsideStores.require(folder);
    try (Storage storage = new DiskStorage(folder)) {
      if (storage.exists("store.json")) {
        throw new InvalidUseException(
            Text.of(
                "Cannot start a sweep in %s: it is a store; choose a folder of its own", folder));
      }
      Catalogue.requireOurs(storage);
      AtomicFiles.createDirectories(storage, "");
      Closeable lock = StoreLock.take(storage);
      try (lock) {
        return run(storage, watcher);
      }
    }
  }

  private SweepReport run(Storage storage, SweepWatcher watcher) throws IOException {
    Map<String, Parameters> planned = PlanFile.extend(storage, plan.runs());
    List<Run> runs = of(planned, Runs.open(folder));
    Queue<Run> work = new ConcurrentLinkedQueue<>();
    for (Run run : runs) {
      boolean again =
          run.state() == RunState.FAILED && options.failed() == SweepOptions.Failed.RETRY;
      if (again || run.state() == RunState.WAITING || run.state() == RunState.BEGUN) {
        work.add(run);
      } else {
        ended++;
      }
    }
    int started = work.size();
    Queue<Run> busy = new ConcurrentLinkedQueue<>();
    DirectMemory.newAllocator().close(); // says what flag is missing, if one is
    Work first = new Work(storage, watcher, planned, work, busy);
    first.run();
    new Work(storage, watcher, planned, busy, new ConcurrentLinkedQueue<>()).run();
    if (broken != null) {
      throw broken;
    }
    Runs now = Runs.open(folder);
    try {
      now.save();
    } catch (IOException | InvalidUseException e) {
      stopped =
          stopped.or(() -> Optional.of("the catalogue could not be written: " + e.getMessage()));
    }
    List<Run> ofPlan = of(planned, now);
    return new SweepReport(ofPlan, started, stopped.or(() -> asked(ofPlan)));
  }

  private Optional<String> asked(List<Run> runs) {
    boolean open =
        runs.stream().anyMatch(r -> r.state() == RunState.WAITING || r.state() == RunState.BEGUN);
    if (!open) {
      return Optional.empty();
    }
    return Optional.of(stopping ? "it was asked to stop" : "some runs are written by others");
  }

  private static List<Run> of(Map<String, Parameters> planned, Runs runs) {
    return runs.where(run -> planned.containsKey(run.name())).list();
  }

  /** Runs that are worked on until there are none or the sweep is to stop. */
  private final class Work {
    private final Storage storage;
    private final SweepWatcher watcher;
    private final Map<String, Parameters> planned;
    private final Queue<Run> work;
    private final Queue<Run> busy;

    Work(
        Storage storage,
        SweepWatcher watcher,
        Map<String, Parameters> planned,
        Queue<Run> work,
        Queue<Run> busy) {
      this.storage = storage;
      this.watcher = watcher;
      this.planned = planned;
      this.work = work;
      this.busy = busy;
    }

    void run() {
      List<Thread> jobs = new ArrayList<>();
      for (int i = 0; i < Math.min(options.jobs(), work.size()); i++) {
        jobs.add(new Thread(this::job, "sweep-" + i));
      }
      jobs.forEach(Thread::start);
      boolean interrupted = false;
      for (Thread job : jobs) {
        while (job.isAlive()) {
          try {
            job.join();
          } catch (InterruptedException e) {
            stop();
            interrupted = true;
          }
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    private void job() {
      for (Run run = next(); run != null; run = next()) {
        try {
          one(run);
        } catch (StoreLockedException e) {
          busy.add(run);
        } catch (IOException | RuntimeException e) {
          halt(Text.of("run %s: %s", run.name(), message(e)));
        } catch (Error e) {
          synchronized (watching) {
            broken = e;
          }
          stop();
        }
      }
    }

    private Run next() {
      return stopping ? null : work.poll();
    }

    private void one(Run run) throws IOException {
      if (run.state() == RunState.FAILED
          || run.state() == RunState.WAITING) { // of one that is gone
        Outcome.delete(storage, run.name());
      }
      Outcome outcome = outcome(run);
      if (outcome == null) {
        return;
      }
      outcome.write(storage, run.name());
      synchronized (watching) {
        watcher.ended(run.name(), outcome.failure(), ++ended, planned.size());
      }
    }

    /**
     * Makes a run; null if it was told to stop, or the disk is full, which is no failure of a run.
     */
    private Outcome outcome(Run run) throws IOException {
      SweepRun made = null;
      try (BufferAllocator memory = new RootAllocator(options.memoryPerJobBytes())) {
        Parameters parameters = planned.get(run.name());
        made = new SweepRun(run.name(), run.directory(), parameters, memory, () -> stopping);
        function.run(made);
        return made.wasTold() ? null : done(run);
      } catch (StoreLockedException e) {
        throw e;
      } catch (Exception e) {
        if (e instanceof InterruptedException) {
          stop();
        }
        if (FullDisk.isReason(e, folder)) {
          halt(Text.of("run %s: %s", run.name(), message(e)));
          return null;
        }
        return made != null && made.wasTold() ? null : failed(run, message(e));
      } catch (AssertionError | StackOverflowError e) { // the run's own; others are the JVM's
        return failed(run, message(e));
      }
    }
  }

  private void halt(String why) {
    synchronized (watching) {
      stopped = stopped.or(() -> Optional.of(why));
    }
    stop();
  }

  /** The outcome of a run whose function has returned; its log is sealed. */
  private static Outcome done(Run run) throws IOException {
    if (!RunFiles.isStore(run.directory())) {
      return failed(run, "its function returned and made no store in " + run.directory());
    }
    try (Storage storage = new DiskStorage(run.directory())) {
      StoreLock.take(storage).close();
    } catch (StoreLockedException e) {
      return failed(run, "its function returned and left the store open: close its LiveWorld");
    }
    try (Store store = Store.open(run.directory())) {
      if (store.isEmpty()) {
        return failed(run, "its function returned and committed no tick");
      }
      if (new RunFiles(run.directory(), run.directory()).isLive()) {
        store.seal();
      }
      return new Outcome(store.end(), Optional.empty());
    }
  }

  private static Outcome failed(Run run, String message) {
    LogPosition end = LogPosition.START;
    if (RunFiles.isStore(run.directory())) {
      try (Store store = Store.open(run.directory())) {
        end = store.isEmpty() ? end : store.end();
      } catch (IOException | InvalidUseException e) {
        end = LogPosition.START; // it cannot be read, which the message is about
      }
    }
    return new Outcome(end, Optional.of(message));
  }

  private static String message(Throwable failure) {
    String text = failure.getMessage();
    boolean own = failure.getClass().getPackageName().startsWith("org.arrowworld");
    String all =
        own && text != null
            ? text
            : failure.getClass().getSimpleName() + (text == null ? "" : ": " + text);
    return all.length() <= MOST_MESSAGE_CHARS ? all : all.substring(0, MOST_MESSAGE_CHARS) + "...";
  }
}
