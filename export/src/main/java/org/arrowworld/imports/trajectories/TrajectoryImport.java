package org.arrowworld.imports.trajectories;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.export.OutputDirectory;
import org.arrowworld.export.internal.ImportMemory;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;

/**
 * Makes recorded trajectories a store.
 *
 * <p>Each frame of the file is a tick, frames without rows are none. The world at a frame holds
 * exactly that frame's ids and values: an id is born at its first frame; it dies in the first frame
 * of the file that lacks it, and is reborn with the next generation if it comes back. Those of the
 * last frame stay. Each recorded value is a triple, equal ones too, except that a birth leaves out
 * values whose bits are zero. The lines need not be in order; the file's rows are held in memory.
 */
public final class TrajectoryImport {
  private static final LogOptions LOG = LogOptions.DEFAULT.withDurability(Durability.NONE);

  private TrajectoryImport() {}

  /**
   * What to import.
   *
   * @param file the text file
   * @param columns what its fields are
   * @param table name of the table to make
   * @param progress told the number of rows imported so far, at each tick
   */
  public record Source(Path file, ColumnMap columns, String table, LongConsumer progress) {

    /** A source whose table is named after the file. */
    public static Source of(Path file, ColumnMap columns) {
      return new Source(file, columns, stem(file), rows -> {});
    }

    private static String stem(Path file) {
      String name = String.valueOf(file.getFileName());
      int dot = name.lastIndexOf('.');
      return dot > 0 ? name.substring(0, dot) : name;
    }

    /** This source under another table name. */
    public Source named(String name) {
      return new Source(file, columns, name, progress);
    }

    /** This source with a listener. */
    public Source watched(LongConsumer listener) {
      return new Source(file, columns, table, listener);
    }
  }

  /**
   * What was imported.
   *
   * @param rows lines with data
   * @param ticks frames
   * @param firstTick first frame
   * @param lastTick last frame
   * @param births ids that came, rebirths included
   * @param triples rows of the log
   */
  public record Result(
      long rows, long ticks, long firstTick, long lastTick, long births, long triples) {}

  /**
   * Imports a file. If it fails, no store is left behind.
   *
   * @param out directory the store gets
   * @throws MalformedLineException naming the first line that is not as the map says
   */
  public static Result run(
      Source source, Path out, OutputDirectory.Existing existing, BufferAllocator allocator)
      throws IOException {
    return ImportMemory.guard(source.file, () -> read(source, out, existing, allocator));
  }

  private static Result read(
      Source source, Path out, OutputDirectory.Existing existing, BufferAllocator allocator)
      throws IOException {
    WorldSchema schema = schema(source);
    OutputDirectory.check(out, existing);
    Frames frames = TrajectoryFile.read(source.file, source.columns);
    try (OutputDirectory target = OutputDirectory.begin(out, existing)) {
      Result result;
      try (LiveWorld live =
          LiveWorld.create(
              target.directory(),
              schema,
              WorldOptions.DEFAULT
                  .withProperties(properties(source))
                  .withLog(LOG)
                  .withAllocator(allocator))) {
        result = new FramePlayer(source, frames, live).play();
        live.snapshot();
        live.seal();
      }
      target.commit();
      return result;
    }
  }

  private static WorldSchema schema(Source source) {
    TableSchema.Builder table = TableSchema.row(source.table).externalIds();
    for (String column : source.columns.values()) {
      table.column(column, ColumnType.F64);
    }
    return WorldSchema.of(table.build());
  }

  private static Map<String, String> properties(Source source) {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("import", "trajectories");
    properties.put("import.file", String.valueOf(source.file.getFileName()));
    properties.put("import.columns", String.join(",", source.columns.fields()));
    return properties;
  }
}
