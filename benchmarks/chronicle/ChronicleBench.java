// SPDX-License-Identifier: Apache-2.0
import java.io.File;
import java.util.Locale;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;

/**
 * Triples as messages of Chronicle Queue: tick, row id, key code and value, 21 bytes each, one
 * message per triple; then all of them read back and summed. Arguments: scratch directory, rows.
 */
final class ChronicleBench {
  private ChronicleBench() {}

  /** Prints {@code chronicle_scalar NS ns/triple} once per run and checks what it wrote. */
  public static void main(String[] args) {
    long rows = Long.parseLong(args[1]);
    for (int run = 0; run < 3; run++) {
      File folder = new File(args[0], "queue-" + run);
      try (ChronicleQueue queue = SingleChronicleQueueBuilder.single(folder).build()) {
        double nanos = append(queue, rows);
        check(queue, rows);
        System.out.printf(Locale.ROOT, "chronicle_scalar %.3f ns/triple\n", nanos / rows);
      }
    }
  }

  private static double append(ChronicleQueue queue, long rows) {
    Bytes<?> message = Bytes.allocateElasticDirect(64);
    long start = System.nanoTime();
    try (ExcerptAppender appender = queue.createAppender()) {
      for (long row = 0; row < rows; row++) {
        message.clear();
        message.writeLong(row / 100_000);
        message.writeInt((int) (row % 100_000));
        message.writeByte((byte) 3);
        message.writeDouble(row * 0.5);
        appender.writeBytes(message);
      }
    }
    double nanos = System.nanoTime() - start;
    message.releaseLast();
    return nanos;
  }

  private static void check(ChronicleQueue queue, long rows) {
    Bytes<?> message = Bytes.allocateElasticDirect(64);
    double sum = 0;
    long read = 0;
    try (ExcerptTailer tailer = queue.createTailer()) {
      for (message.clear(); tailer.readBytes(message); message.clear()) {
        message.readSkip(13);
        sum += message.readDouble();
        read++;
      }
    }
    message.releaseLast();
    double expected = 0.25 * rows * (rows - 1);
    if (read != rows || sum != expected) {
      throw new IllegalStateException(read + " rows, sum " + sum + ", expected " + expected);
    }
  }
}
