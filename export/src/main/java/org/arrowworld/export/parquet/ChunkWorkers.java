// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.parquet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.arrowworld.errors.InvalidUseException;

/** The threads that encode chunks, and the memory they pass around. */
final class ChunkWorkers implements AutoCloseable {
  private final ParquetOptions options;
  private final ExecutorService threads;
  private final Queue<ChunkEncoder> encoders = new ConcurrentLinkedQueue<>();
  private final Queue<GrowingBuffer> memory = new ConcurrentLinkedQueue<>();

  ChunkWorkers(ParquetOptions options) {
    this.options = options;
    threads =
        Executors.newFixedThreadPool(
            options.threads(),
            task -> {
              Thread thread = new Thread(task, "parquet-encoder");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** A row group on its way. */
  record Group(List<Future<EncodedChunk>> chunks, int rows) {

    /** Waits for a chunk. */
    EncodedChunk take(int column) throws IOException {
      try {
        return chunks.get(column).get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("Cannot encode column " + column + ": interrupted", e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IOException || e.getCause() instanceof InvalidUseException) {
          throw new IOException(e.getCause().getMessage(), e.getCause());
        }
        throw new IOException("Cannot encode column " + column + ": " + e.getCause(), e.getCause());
      }
    }
  }

  /** Begins to encode a row group. */
  Group encode(List<ParquetColumn> columns, List<ChunkEncoder.Values> values) {
    List<Future<EncodedChunk>> chunks = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      ParquetColumn column = columns.get(i);
      ChunkEncoder.Values source = values.get(i);
      chunks.add(threads.submit(() -> encode(column, source)));
    }
    return new Group(chunks, values.get(0).rows());
  }

  private EncodedChunk encode(ParquetColumn column, ChunkEncoder.Values values) throws IOException {
    ChunkEncoder encoder = encoders.poll();
    encoder = encoder == null ? new ChunkEncoder(options) : encoder;
    GrowingBuffer out = memory.poll();
    try {
      return encoder.encode(column, values, out == null ? new GrowingBuffer() : out);
    } finally {
      encoders.add(encoder);
    }
  }

  /** Takes back the memory of a chunk that is written. */
  void recycle(EncodedChunk chunk) {
    memory.add(chunk.memory());
  }

  /** Stops the threads and waits for them: their sources may be freed afterwards. */
  @Override
  public void close() {
    threads.shutdownNow();
    boolean interrupted = false;
    boolean done = false;
    while (!done) {
      try {
        done = threads.awaitTermination(1, TimeUnit.DAYS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    encoders.forEach(ChunkEncoder::close);
    encoders.clear();
  }
}
