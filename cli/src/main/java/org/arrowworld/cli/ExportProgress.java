package org.arrowworld.cli;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import me.tongfei.progressbar.ProgressBar;
import org.arrowworld.export.rows.RowSource;
import org.arrowworld.export.rows.WatchedRows;
import org.arrowworld.internal.Text;

/**
 * Progress of an export on stderr: a bar on a terminal, else a line at each tenth; and the place
 * where a signal ends it.
 */
final class ExportProgress implements AutoCloseable {
  private final Console console;
  private final long total;
  private final BooleanSupplier stopped;
  private final ProgressBar bar;
  private long done;

  /**
   * Begins.
   *
   * @param total how many rows there will be, or more
   * @param stopped whether the export is to end at the next batch
   */
  ExportProgress(Console console, long total, BooleanSupplier stopped) {
    this.console = console;
    this.stopped = stopped;
    this.total = Math.max(1, total);
    this.bar = console.terminal() ? ConsoleBar.begin(console, "export", " rows", total) : null;
  }

  /** The rows, counted as they are written. */
  RowSource watch(RowSource source) {
    return new WatchedRows(source, this::done);
  }

  private void done(int rows) throws IOException {
    if (stopped.getAsBoolean()) {
      throw new IOException("it was interrupted");
    }
    long before = done;
    done += rows;
    if (bar != null) {
      bar.stepTo(done);
    } else if (done * 10 / total != before * 10 / total) {
      console.note(Text.of("%,d of %,d rows", done, Math.max(done, total)));
    }
  }

  /** Rows written so far. */
  long rows() {
    return done;
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
