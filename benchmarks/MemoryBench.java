import java.io.IOException;
import java.nio.file.Path;
import org.arrowworld.log.Durability;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogOptions;
import org.arrowworld.simlog.SimField;
import org.arrowworld.simlog.SimLog;
import org.arrowworld.simlog.SimRecord;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;

/**
 * The steps of {@code memory.py} that are no verbs of {@code aw}. Arguments: {@code append DIR BYTES
 * none|zstd}, {@code scan DIR} or {@code seal DIR}. Prints rows and a checksum.
 */
final class MemoryBench {
  private static final int FIELDS = 5;
  private static final int ROW_BYTES = 25;
  private static final int WORDS = 50_000;

  private MemoryBench() {}

  public static void main(String[] args) throws IOException {
    Path store = Path.of(args[1]);
    switch (args[0]) {
      case "append" -> append(store, Long.parseLong(args[2]), BufferCompression.parse(args[3]));
      case "scan" -> scan(store);
      case "seal" -> SimLog.open(store, LogOptions.DEFAULT).seal();
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  /** Records of a time, a word of many, and numbers; the last segment stays live. */
  private static void append(Path store, long bytes, BufferCompression sealing) throws IOException {
    LogOptions options =
        LogOptions.DEFAULT.withDurability(Durability.NONE).withSealing(sealing);
    long records = bytes / ROW_BYTES / FIELDS;
    String[] words = new String[WORDS];
    for (int i = 0; i < WORDS; i++) {
      words[i] = "activity number " + i;
    }
    try (SimLog log = SimLog.open(store, options)) {
      SimField activity = log.field("activity");
      SimField entity = log.field("entity");
      SimField value = log.field("value");
      SimField load = log.field("load");
      for (long i = 0; i < records; i++) {
        SimRecord record = log.record(i * 0.5);
        record.set(activity, words[(int) (i * 7919 % WORDS)]).set(entity, i % 1000);
        record.set(value, i * 0.25).set(load, (i & 1023) / 1024.0).end();
      }
    }
    System.out.println(records * FIELDS);
  }

  private static void scan(Path store) throws IOException {
    DiskStorage storage = new DiskStorage(store);
    long[] sums = new long[2];
    try (Log log = StoreInfo.read(storage).openLog(storage)) {
      log.scan(
          0,
          Long.MAX_VALUE,
          (batch, from, to) -> {
            for (int row = from; row < to; row++) {
              sums[0]++;
              sums[1] = 31 * sums[1] + batch.val(row);
            }
          });
    }
    System.out.printf("%d rows, checksum %016x%n", sums[0], sums[1]);
  }
}
