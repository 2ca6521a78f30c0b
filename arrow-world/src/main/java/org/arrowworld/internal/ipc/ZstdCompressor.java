// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.arrowworld.internal.Text;

/**
 * Compresses the buffers of a body, several at a time. Called by one thread; close it to end its
 * threads and free its native memory.
 *
 * <p>A buffer that does not become smaller is stored as it is. Beside the results, which are heap
 * memory of their own, each thread keeps direct memory for its largest buffer.
 */
public final class ZstdCompressor implements Closeable {
  /** The length in front of a buffer that is stored as it is. */
  static final long AS_IT_IS = -1;

  private final List<Worker> workers = new ArrayList<>();
  private final ExecutorService helpers;

  /**
   * @param level 1 to 22
   * @param threads how many buffers are compressed at a time, the caller's thread included
   */
  public ZstdCompressor(int level, int threads) {
    for (int i = 0; i < threads; i++) {
      workers.add(new Worker(new ZstdCompressCtx().setLevel(level)));
    }
    helpers = threads == 1 ? null : Executors.newFixedThreadPool(threads - 1, this::thread);
  }

  private Thread thread(Runnable task) {
    Thread thread = new Thread(task, "arrow-world-zstd");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * The compressed form of a body.
   *
   * @param layout of the plain body
   * @param buffers its plain buffers, from position to limit; not changed
   */
  public StoredBody compress(BodyLayout layout, List<ByteBuffer> buffers) throws IOException {
    return compress(List.of(new PlainBody(layout, buffers))).get(0);
  }

  /**
   * A body to be compressed.
   *
   * @param layout where its nodes and buffers would lie
   * @param buffers the bytes of each buffer, from position to limit; not changed
   */
  public record PlainBody(BodyLayout layout, List<ByteBuffer> buffers) {}

  /** The compressed forms of several bodies, whose buffers are shared among the threads. */
  public List<StoredBody> compress(List<PlainBody> bodies) throws IOException {
    List<ByteBuffer> buffers = new ArrayList<>();
    bodies.forEach(body -> buffers.addAll(body.buffers()));
    List<ByteBuffer> stored = compressAll(buffers);
    List<StoredBody> all = new ArrayList<>();
    int at = 0;
    for (PlainBody body : bodies) {
      List<ByteBuffer> own = stored.subList(at, at + body.buffers().size());
      all.add(new StoredBody(body.layout().stored(BodyCodec.ZSTD, own), own));
      at += own.size();
    }
    return all;
  }

  private List<ByteBuffer> compressAll(List<ByteBuffer> buffers) throws IOException {
    ByteBuffer[] stored = new ByteBuffer[buffers.size()];
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> others = new ArrayList<>();
    for (Worker worker : workers.subList(1, workers.size())) {
      others.add(
          helpers.submit(
              () -> {
                worker.run(buffers, stored, next);
                return null;
              }));
    }
    try {
      workers.get(0).run(buffers, stored, next);
    } finally {
      await(others);
    }
    for (Future<?> other : others) {
      throwIfFailed(other);
    }
    return List.of(stored);
  }

  private static void await(List<Future<?>> tasks) {
    boolean interrupted = false;
    for (Future<?> task : tasks) {
      while (!task.isDone()) {
        try {
          task.get();
        } catch (InterruptedException e) {
          interrupted = true; // kept for the caller; the buffers are still in use
        } catch (ExecutionException e) {
          break; // reported by throwIfFailed
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void throwIfFailed(Future<?> task) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      task.get();
    } catch (ExecutionException e) {
      throw new IOException("Cannot compress: " + e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** One thread's native context and memory. */
  private record Worker(ZstdCompressCtx context, Scratch plain, Scratch compressed) {
    Worker(ZstdCompressCtx context) {
      this(context, new Scratch(), new Scratch());
    }

    void run(List<ByteBuffer> buffers, ByteBuffer[] stored, AtomicInteger next) throws IOException {
      for (int i = next.getAndIncrement(); i < stored.length; i = next.getAndIncrement()) {
        stored[i] = compress(buffers.get(i));
      }
    }

    private ByteBuffer compress(ByteBuffer buffer) throws IOException {
      int length = buffer.remaining();
      if (length == 0) {
        return ByteBuffer.allocate(0);
      }
      ByteBuffer source = buffer.isDirect() ? buffer.duplicate() : copy(buffer);
      int bound = Math.toIntExact(Zstd.compressBound(length));
      ByteBuffer target = compressed.take(8 + bound);
      int bytes;
      try {
        bytes =
            context.compressDirectByteBuffer(target, 8, bound, source, source.position(), length);
      } catch (ZstdException e) {
        throw new IOException(Text.of("Cannot compress %d bytes: %s", length, e.getMessage()), e);
      }
      if (bytes >= length) {
        target.putLong(0, AS_IT_IS).put(8, source, source.position(), length);
        bytes = length;
      } else {
        target.putLong(0, length);
      }
      return ByteBuffer.allocate(8 + bytes).put(target.slice(0, 8 + bytes)).flip();
    }

    private ByteBuffer copy(ByteBuffer buffer) {
      return plain.take(buffer.remaining()).put(buffer.duplicate()).flip();
    }
  }

  @Override
  public void close() {
    if (helpers != null) {
      helpers.shutdown();
    }
    workers.forEach(worker -> worker.context.close());
  }
}
