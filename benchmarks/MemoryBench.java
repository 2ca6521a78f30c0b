// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.Store;
import org.arrowworld.hash.Hashes;
import org.arrowworld.log.Durability;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogOptions;
import org.arrowworld.simlog.SimField;
import org.arrowworld.simlog.SimLog;
import org.arrowworld.simlog.SimRecord;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.World;
import org.arrowworld.timeline.Change;
import org.arrowworld.timeline.HistoryQuery;
import org.arrowworld.window.Answer;
import org.arrowworld.window.StreamingWorld;
import org.arrowworld.window.Window;

/**
 * The steps of {@code memory.py} that are no verbs of {@code aw}. Arguments: {@code append DIR
 * BYTES none|zstd}, {@code scan DIR}, {@code seal DIR} or {@code window DIR}. Prints rows and a
 * checksum.
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
      case "window" -> window(store);
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  /** Records of a time, a word of many, and numbers; the last segment stays live. */
  private static void append(Path store, long bytes, BufferCompression sealing) throws IOException {
    LogOptions options = LogOptions.DEFAULT.withDurability(Durability.NONE).withSealing(sealing);
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
    System.out.printf(Locale.ROOT, "%d rows, checksum %016x\n", sums[0], sums[1]);
  }

  /** States and histories inside the window, and outside, where they are the timeline's. */
  private static void window(Path store) throws IOException {
    DiskStorage storage = new DiskStorage(store);
    try (BufferAllocator memory = new RootAllocator();
        StreamingWorld streaming = StreamingWorld.open(storage, new Window(20, 64 << 20), memory)) {
      long last = streaming.lastTick();
      long floor = streaming.firstTickInMemory();
      StringBuilder line = new StringBuilder();
      for (long tick : new long[] {last, floor + 1, floor / 2, floor - 1}) {
        Answer<World> answer = streaming.at(tick);
        try (World world = answer.value()) {
          String hash = Hashes.world(world.tables());
          line.append(answer.origin())
              .append(' ')
              .append(tick)
              .append(' ')
              .append(hash)
              .append(", ");
          if (tick > floor && !hash.equals(fromFiles(storage, tick, memory))) {
            throw new IllegalStateException("the window has another state at tick " + tick);
          }
        }
      }
      for (int id = 0; id < 100; id++) {
        query(streaming, HistoryQuery.of("c", id).between(floor + 1, last), line);
      }
      query(streaming, HistoryQuery.of("c", 17).between(0, floor), line);
      query(streaming, HistoryQuery.of("c", 17), line);
      System.out.println(
          line.append("window of ").append(streaming.windowBytes()).append(" bytes"));
    }
  }

  private static String fromFiles(DiskStorage storage, long tick, BufferAllocator memory)
      throws IOException {
    try (Store store = Store.open(storage, memory);
        World world = store.at(tick)) {
      return Hashes.world(world.tables());
    }
  }

  private static void query(StreamingWorld streaming, HistoryQuery query, StringBuilder line)
      throws IOException {
    Answer<List<Change>> answer = streaming.history(query);
    line.append(answer.origin()).append(' ').append(answer.value().size()).append(" rows, ");
  }
}
