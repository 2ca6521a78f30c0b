// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.arrowworld.internal.ipc.IpcField;
import org.arrowworld.internal.ipc.IpcType;
import org.arrowworld.timeline.Cursor;
import org.arrowworld.timeline.TickRange;

/**
 * Numbers over time as one Arrow stream: {@code tick} and a column per series. One pass; batches
 * come as it goes, so that a plot can be drawn while it is read.
 */
final class SeriesReply {
  static final Set<String> NAMES = Set.of("of", "from", "to", "step", "view");
  private static final int MOST_SERIES = 64;
  private static final int BATCH_ROWS = 4096;
  private static final long FLUSH_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

  private SeriesReply() {}

  static void write(ServedRun run, RequestQuery asked, Reply reply) throws IOException {
    List<String> names = asked.list("of");
    if (names.size() > MOST_SERIES) {
      throw Problem.badRequest(
          "Cannot read " + names.size() + " series at once: at most " + MOST_SERIES);
    }
    try (ServedRun.Lease lease =
            run.lease(
                asked.number("from", 0),
                asked.number("to", Long.MAX_VALUE),
                asked.text("view").map(v -> v + "/series"));
        Series series = new Series(lease.store().schema(), lease.store().log(), names)) {
      reply.of(lease);
      TickRange ticks = asked.ticks(lease.store().firstTick(), lease.store().lastTick());
      long to = Math.min(ticks.last(), lease.store().lastTick());
      int step = asked.count("step", 1, 1, Integer.MAX_VALUE);
      Cursor cursor = lease.reader().cursor();
      lease.reader().seek(ticks.first());
      OutputStream out = reply.stream(Reply.ARROW);
      new Writer(new ArrowStream(out), names, out).run(series, cursor, to, step);
    }
  }

  private static final class Writer {
    private final ArrowStream arrow;
    private final OutputStream out;
    private final List<IpcField> fields = new ArrayList<>();
    private final ByteBuffer ticks = ArrowStream.room(8 * BATCH_ROWS);
    private final List<ByteBuffer> columns = new ArrayList<>();
    private long flushed = System.nanoTime();

    Writer(ArrowStream arrow, List<String> names, OutputStream out) {
      this.arrow = arrow;
      this.out = out;
      fields.add(IpcField.plain("tick", IpcType.U64));
      for (String name : names) {
        fields.add(IpcField.plain(name, IpcType.F64));
        columns.add(ArrowStream.room(8 * BATCH_ROWS));
      }
    }

    void run(Series series, Cursor cursor, long to, int step) throws IOException {
      arrow.raw(ArrowStream.schema(fields, Map.of()));
      double[] values = new double[columns.size()];
      long from = cursor.world().tick();
      series.begin(from - 1, to);
      do {
        series.add(cursor.world(), values);
        if ((cursor.world().tick() - from) % step == 0) {
          put(cursor.world().tick(), values);
        }
      } while (cursor.world().tick() < to && cursor.next() && cursor.world().tick() <= to);
      flush();
      arrow.end();
    }

    private void put(long tick, double[] values) throws IOException {
      ticks.putLong(tick);
      for (int i = 0; i < values.length; i++) {
        columns.get(i).putDouble(values[i]);
      }
      if (!ticks.hasRemaining() || System.nanoTime() - flushed > FLUSH_NANOS) {
        flush();
      }
    }

    private void flush() throws IOException {
      flushed = System.nanoTime();
      int rows = ticks.position() / 8;
      if (rows == 0) {
        return;
      }
      List<ByteBuffer> filled = new ArrayList<>();
      filled.add(ticks.flip());
      columns.forEach(column -> filled.add(column.flip()));
      arrow.batch(ArrowStream.Batch.of(rows, fields, filled, Map.of()));
      out.flush();
      ticks.clear();
      columns.forEach(ByteBuffer::clear);
    }
  }
}
