// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.MemoryStorage;

/**
 * Inserting 100,000 rows of 6 columns from arrays, beside a whole-column write of the same values.
 */
final class BulkBench {
  private static final int ROWS = 100_000;
  private static final int COLUMNS = 6;

  private BulkBench() {}

  public static void main(String[] args) throws IOException {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 11;
    TableSchema.Builder table = TableSchema.row("t");
    for (int c = 0; c < COLUMNS; c++) {
      table.column("c" + c, ColumnType.F64);
    }
    double[] values = new double[ROWS];
    Arrays.setAll(values, i -> i + 0.5);
    double[] inserts = new double[rounds];
    double[] writes = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      try (LiveWorld world =
          LiveWorld.create(
              new MemoryStorage(),
              WorldSchema.of(table.build()),
              WorldOptions.DEFAULT.withDurability(Durability.NONE))) {
        long start = System.nanoTime();
        world.tick(
            t -> {
              var rows = t.table("t").insertAll(ROWS);
              for (int c = 0; c < COLUMNS; c++) {
                rows.write("c" + c, values);
              }
            });
        long inserted = System.nanoTime();
        world.tick(
            t -> {
              for (int c = 0; c < COLUMNS; c++) {
                t.table("t").write("c" + c, values);
              }
            });
        inserts[round] = (inserted - start) / 1e6;
        writes[round] = (System.nanoTime() - inserted) / 1e6;
      }
    }
    double insert = median(inserts);
    double write = median(writes);
    System.out.printf(
        Locale.ROOT,
        "{\"rows\":%d,\"columns\":%d,\"insert_all_ms\":%.2f,\"write_ms\":%.2f,\"ratio\":%.2f,\"all_insert_ms\":%s,\"all_write_ms\":%s}%n",
        ROWS,
        COLUMNS,
        insert,
        write,
        insert / write,
        Arrays.toString(inserts),
        Arrays.toString(writes));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
