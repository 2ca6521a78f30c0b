// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.arrowworld.export.internal.Workers;

/** Reads the pieces of a file on several threads, and hands them on in order. */
final class CsvParts {
  /** Parts that are read, or wait for their turn. */
  private static final int PENDING = Workers.THREADS + 2;

  private CsvParts() {}

  /**
   * Where parts come from.
   *
   * @param part makes one
   */
  record Source(Path path, CsvFormat format, Supplier<CsvPart> part) {}

  /** Takes a part that was read; false to end. */
  interface Sink {
    boolean take(CsvPart part) throws IOException;
  }

  /**
   * Reads all pieces of a file.
   *
   * @param read done with each, on some thread
   * @param sink given each in order, on the caller's
   * @return false if the sink ended it
   */
  static boolean read(Source source, Consumer<CsvPart> read, Sink sink) throws IOException {
    try (CsvPieces pieces = new CsvPieces(source.path, source.format)) {
      CsvPart first = source.part.get();
      if (!first.begin(pieces, CsvPart.Place.FIRST)) {
        return true;
      }
      CsvPart second = source.part.get();
      if (!second.begin(pieces, CsvPart.Place.LATER)) { // many a file has no more
        read.accept(first);
        return sink.take(first);
      }
      return new Pool(source, read, sink).run(pieces, first, second);
    }
  }

  /** Threads at work on a file. */
  private static final class Pool {
    private final Source source;
    private final Consumer<CsvPart> read;
    private final Sink sink;
    private final Deque<CsvPart> idle = new ArrayDeque<>();
    private final Deque<Future<CsvPart>> pending = new ArrayDeque<>();

    Pool(Source source, Consumer<CsvPart> read, Sink sink) {
      this.source = source;
      this.read = read;
      this.sink = sink;
    }

    boolean run(CsvPieces pieces, CsvPart first, CsvPart second) throws IOException {
      try (Workers workers = new Workers("csv-reader")) {
        pending.add(begin(workers, first));
        CsvPart next = second;
        boolean more = true;
        while (more || !pending.isEmpty()) {
          if (more) {
            pending.add(begin(workers, next));
          }
          if (!more || pending.size() == PENDING) {
            CsvPart done = Workers.await(pending.remove());
            if (!sink.take(done)) {
              return false;
            }
            idle.add(done);
          }
          if (more) {
            next = idle.isEmpty() ? source.part.get() : idle.remove();
            more = next.begin(pieces, CsvPart.Place.LATER);
          }
        }
        return true;
      }
    }

    private Future<CsvPart> begin(Workers workers, CsvPart part) {
      return workers.submit(
          () -> {
            read.accept(part);
            return part;
          });
    }
  }
}
