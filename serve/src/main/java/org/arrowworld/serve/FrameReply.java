// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.arrowworld.timeline.Cursor;

/** Worlds as Arrow streams: {@code at} one tick, {@code frames} and {@code play} many. */
final class FrameReply {
  static final Set<String> AT = Set.of("tick", "columns", "ids", "gens", "view");
  static final Set<String> PLAY = Set.of("from", "to", "step", "columns");
  private static final int MOST_IDS = 100_000;
  private static final int MOST_STEP = 1_000_000;

  private FrameReply() {}

  /** A stream per table, one after the other, each of one batch. */
  static void at(ServedRun run, RequestQuery asked, Reply reply) throws IOException {
    OptionalLong tick = asked.number("tick");
    try (ServedRun.Lease lease =
        tick.isPresent()
            ? run.lease(tick.getAsLong(), asked.text("view"))
            : run.leaseNewest(asked.text("view"))) {
      reply.of(lease);
      List<Wanted.Part> parts = Wanted.of(lease.store().schema(), asked.list("columns"));
      List<Integer> ids = asked.ids("ids");
      List<Integer> gens = asked.ids("gens");
      if (asked.text("ids").isPresent() && (parts.size() != 1 || ids.size() > MOST_IDS)) {
        throw Problem.badRequest(
            "Cannot choose rows by id: name columns of one table, and at most "
                + MOST_IDS
                + " ids");
      }
      Cursor cursor = lease.reader().cursor();
      if (tick.isPresent()) {
        lease.reader().seek(tick.getAsLong());
      } else {
        lease.reader().follow();
      }
      List<TableFrame.Whole> wholes = new ArrayList<>();
      for (Wanted.Part part : parts) {
        Optional<int[]> slots =
            asked.text("ids").isPresent()
                ? Optional.of(
                    TableFrame.slots(cursor.world().table(part.table().name()), ids, gens))
                : Optional.empty();
        wholes.add(new TableFrame(cursor.world(), part, slots).whole());
      }
      reply.header("Aw-Tick", Long.toString(cursor.world().tick()));
      long length = wholes.stream().mapToLong(TableFrame.Whole::lengthBytes).sum();
      OutputStream out = reply.begin(200, Reply.ARROW, length);
      ArrowStream arrow = new ArrowStream(out);
      for (TableFrame.Whole whole : wholes) {
        whole.write(arrow);
      }
    }
  }

  /** Which ticks a stream is of. */
  private record Span(long from, long to, int step) {
    /** A reader that knows all of them that there are now. */
    static ServedRun.Lease lease(ServedRun run, RequestQuery asked) throws IOException {
      return run.lease(
          asked.number("from", 0), asked.number("to", Long.MAX_VALUE), Optional.empty());
    }

    static Span of(ServedRun.Lease lease, RequestQuery asked) throws IOException {
      long from = asked.number("from", lease.store().firstTick());
      long to = asked.number("to", Math.max(from, lease.reader().end().tick()));
      if (from > to) {
        throw Problem.badRequest(
            "Cannot play from tick " + from + " to " + to + ": that is backwards");
      }
      return new Span(from, to, asked.count("step", 1, 1, MOST_STEP));
    }

    /**
     * Goes on to the next tick that is shown.
     *
     * @return whether there is one
     */
    boolean next(Cursor cursor) throws IOException {
      long before = cursor.world().tick();
      if (step == 1) {
        return before < to && cursor.next() && cursor.world().tick() <= to;
      }
      if (before + step > to) {
        return false;
      }
      cursor.seek(before + step);
      boolean moved = cursor.world().tick() > before || cursor.next();
      return moved && cursor.world().tick() <= to;
    }
  }

  /** As {@code at}, tick after tick. The client's pace is the server's. */
  static void frames(ServedRun run, RequestQuery asked, Reply reply) throws IOException {
    try (ServedRun.Lease lease = Span.lease(run, asked)) {
      reply.of(lease);
      List<Wanted.Part> parts = Wanted.of(lease.store().schema(), asked.list("columns"));
      Span span = Span.of(lease, asked);
      Cursor cursor = lease.reader().cursor();
      lease.reader().seek(span.from());
      OutputStream out = reply.stream(Reply.ARROW);
      ArrowStream arrow = new ArrowStream(out);
      do {
        for (Wanted.Part part : parts) {
          new TableFrame(cursor.world(), part, Optional.empty()).whole().write(arrow);
        }
        out.flush();
      } while (span.next(cursor));
    }
  }

  /** One table as one stream, a batch per tick, whose metadata says which tick it is. */
  static void play(ServedRun run, RequestQuery asked, Reply reply) throws IOException {
    asked.required("columns");
    try (ServedRun.Lease lease = Span.lease(run, asked)) {
      reply.of(lease);
      List<Wanted.Part> parts = Wanted.of(lease.store().schema(), asked.list("columns"));
      if (parts.size() != 1) {
        throw Problem.badRequest(
            "Cannot play "
                + parts.size()
                + " tables as one stream: name columns of one, or ask for 'frames'");
      }
      Span span = Span.of(lease, asked);
      Cursor cursor = lease.reader().cursor();
      lease.reader().seek(span.from());
      OutputStream out = reply.stream(Reply.ARROW);
      ArrowStream arrow = new ArrowStream(out);
      boolean first = true;
      do {
        TableFrame frame = new TableFrame(cursor.world(), parts.get(0), Optional.empty());
        if (first) {
          arrow.raw(frame.schema());
          first = false;
        }
        for (ByteBuffer dictionary : frame.dictionaries()) {
          arrow.raw(dictionary);
        }
        arrow.batch(frame.tickBatch());
        out.flush();
      } while (span.next(cursor));
      arrow.end();
    }
  }
}
