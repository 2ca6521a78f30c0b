// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;

/**
 * Gives the plain buffers of a stored body. What it returns is valid until its next use. One
 * thread.
 *
 * <p>Every length is checked before memory is taken: against what the column needs where that is
 * known, against the length in the zstd frame, and against a budget for the whole body.
 */
public final class BodyReader {
  private static final long LEAST_BUDGET_BYTES = 256L << 20;
  private static final int BUDGET_RATIO = 64;
  private static final int PADDING_BYTES = 64;

  private final long budgetBytes;
  private final Scratch plain;
  private final Scratch frames;

  /**
   * @param budgetBytes how many bytes one body's plain buffers may take
   */
  public BodyReader(long budgetBytes) {
    this(budgetBytes, new Scratch(), new Scratch());
  }

  /** A reader that shares its memory with others, of which one is used at a time. */
  private BodyReader(long budgetBytes, Scratch plain, Scratch frames) {
    this.budgetBytes = budgetBytes;
    this.plain = plain;
    this.frames = frames;
  }

  /** This reader with the budget of another file, in the same memory. */
  public BodyReader withFile(long fileBytes) {
    return new BodyReader(budget(fileBytes), plain, frames);
  }

  /** A reader with the default budget: 256 MiB, or 64 times the file's size if that is more. */
  public static BodyReader forFile(long fileBytes) {
    return new BodyReader(budget(fileBytes));
  }

  private static long budget(long fileBytes) {
    long ratio =
        fileBytes > Long.MAX_VALUE / BUDGET_RATIO ? Long.MAX_VALUE : BUDGET_RATIO * fileBytes;
    return Math.max(LEAST_BUDGET_BYTES, ratio);
  }

  /** Where a body is, for errors. */
  record Place(String file, long offset) {
    DamagedFileException damaged(String finding) {
      return new DamagedFileException(file, offset, finding);
    }
  }

  /** What a buffer's plain form must measure. */
  record Size(long least, long most) {
    static final Size UNKNOWN = new Size(0, Long.MAX_VALUE);

    /** Absent, or as long as told; some writers store the padding to 64 bytes as well. */
    static Size of(long lengthBytes) {
      return new Size(lengthBytes, BodyLayout.align(lengthBytes, PADDING_BYTES));
    }

    boolean holds(long lengthBytes) {
      return lengthBytes >= least && lengthBytes <= most;
    }
  }

  /**
   * The plain form of one column's buffer that was read from a file.
   *
   * @param file the file, for errors
   * @param offset where the stored buffer begins in it
   * @param stored its bytes
   * @param lengthBytes how many bytes it must have
   */
  public ByteBuffer inflate(String file, long offset, ByteBuffer stored, long lengthBytes)
      throws DamagedFileException {
    List<Size> sizes = List.of(Size.of(lengthBytes));
    return inflate(new Place(file, offset), List.of(stored), sizes).get(0);
  }

  /** The plain forms of a body's buffers. */
  List<ByteBuffer> inflate(Place place, List<ByteBuffer> stored, List<Size> sizes)
      throws DamagedFileException {
    long[] lengths = new long[stored.size()];
    long total = 0;
    for (int i = 0; i < stored.size(); i++) {
      lengths[i] = length(place, i, stored.get(i), sizes.get(i));
      if (lengths[i] > budgetBytes - total) {
        throw place.damaged(
            Text.of(
                "buffer %d declares %d uncompressed bytes, more than the %d left of a budget of %d",
                i, lengths[i], budgetBytes - total, budgetBytes));
      }
      total += BodyLayout.align(lengths[i], 8);
    }
    if (total > Integer.MAX_VALUE - PADDING_BYTES) {
      throw place.damaged(Text.of("a body of %d uncompressed bytes", total));
    }
    ByteBuffer memory = plain.take((int) total);
    List<ByteBuffer> buffers = new ArrayList<>(stored.size());
    int at = 0;
    for (int i = 0; i < lengths.length; i++) {
      ByteBuffer target = memory.slice(at, (int) lengths[i]).order(ByteOrder.LITTLE_ENDIAN);
      if (lengths[i] > 0) {
        inflate(place, i, stored.get(i), target);
      }
      buffers.add(target);
      at += (int) BodyLayout.align(lengths[i], 8);
    }
    return buffers;
  }

  /** The declared plain length of a buffer, checked. */
  private static long length(Place place, int index, ByteBuffer stored, Size size)
      throws DamagedFileException {
    long declared = 0;
    if (stored.hasRemaining()) {
      if (stored.remaining() < Long.BYTES) {
        throw place.damaged(
            Text.of("buffer %d has %d bytes, too few for its length", index, stored.remaining()));
      }
      declared = declared(stored);
      if (declared == ZstdCompressor.AS_IT_IS) {
        declared = stored.remaining() - 8L;
      }
    }
    boolean absent = declared == 0 && !stored.hasRemaining();
    if (declared < 0 || !(absent || size.holds(declared))) {
      throw place.damaged(
          Text.of(
              "buffer %d declares %d uncompressed bytes%s",
              index, declared, size.equals(Size.UNKNOWN) ? "" : ", expected " + size.least()));
    }
    return declared;
  }

  private static long declared(ByteBuffer stored) {
    return stored.duplicate().order(ByteOrder.LITTLE_ENDIAN).getLong(stored.position());
  }

  private void inflate(Place place, int index, ByteBuffer stored, ByteBuffer target)
      throws DamagedFileException {
    ByteBuffer frame = stored.slice(stored.position() + 8, stored.remaining() - 8);
    if (declared(stored) == ZstdCompressor.AS_IT_IS) {
      target.put(0, frame, 0, target.capacity());
      return;
    }
    ByteBuffer source = frame.isDirect() ? frame : frames.take(frame.capacity()).put(frame).flip();
    int bytes = source.limit();
    long inflated;
    try {
      long content = Zstd.getDirectByteBufferFrameContentSize(source, 0, bytes);
      if (content >= 0 && content != target.capacity()) {
        throw place.damaged(
            Text.of(
                "buffer %d declares %d uncompressed bytes, its zstd frame %d",
                index, target.capacity(), content));
      }
      inflated = Zstd.decompressDirectByteBuffer(target, 0, target.capacity(), source, 0, bytes);
      if (Zstd.isError(inflated)) {
        throw new ZstdException(inflated);
      }
    } catch (ZstdException e) {
      throw place.damaged(
          Text.of("buffer %d is not a sound zstd frame (%s)", index, e.getMessage()));
    }
    if (inflated != target.capacity()) {
      throw place.damaged(
          Text.of(
              "buffer %d declares %d uncompressed bytes, its zstd frame holds %d",
              index, target.capacity(), inflated));
    }
  }
}
