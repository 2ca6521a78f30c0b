// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.zip.CRC32;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.parquet.InputColumn;
import org.arrowworld.export.parquet.ParquetInput;
import org.arrowworld.export.parquet.ParquetOptions;
import org.arrowworld.export.parquet.ParquetRowWriter;
import org.arrowworld.export.parquet.StoredColumn;
import org.arrowworld.export.rows.MemoryRows;
import org.arrowworld.export.rows.RowColumn;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.Json;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/** {@code runs.parquet}: a cache of what the runs' own files say (spec R-8). */
final class Catalogue {
  static final String PATH = "runs.parquet";
  private static final List<String> OWN =
      List.of("run", "state", "tick", "rows", "message", "store", "mark", "parameters", "check");
  private static final String CHECK = "check";
  private static final String MAGIC = "PAR1";
  private static final int FEW_ROWS = 10_000;

  private Catalogue() {}

  /** The type of a parameter's column. */
  static ColumnType type(String name, List<Run> runs) {
    Set<Class<?>> kinds = new LinkedHashSet<>();
    boolean exact = true;
    for (Run run : runs) {
      if (run.parameters().has(name)) {
        Object value = run.parameters().get(name);
        kinds.add(value.getClass());
        exact &= !(value instanceof Long whole) || isExact(whole);
      }
    }
    if (kinds.equals(Set.of(Long.class))) {
      return ColumnType.I64;
    }
    if (kinds.equals(Set.of(Boolean.class))) {
      return ColumnType.BOOL;
    }
    boolean numbers = !kinds.isEmpty() && Set.of(Long.class, Double.class).containsAll(kinds);
    return numbers && exact ? ColumnType.F64 : ColumnType.STRING;
  }

  private static boolean isExact(long whole) {
    return new BigDecimal((double) whole).compareTo(BigDecimal.valueOf(whole)) == 0;
  }

  /**
   * Refuses to take the place of what is none of ours (spec R-8).
   *
   * @throws InvalidUseException if nothing that a catalogue may be written over has its name, or
   *     the runs were published
   */
  static void requireOurs(Storage folder) throws IOException {
    if (!folder.exists(PATH) && !folder.isLink(PATH)) {
      return;
    }
    try (ReadableFile file = folder.openRead(PATH)) {
      long end = file.size() - MAGIC.length();
      boolean parquet = file.size() == 0 || isMagic(file, 0) || isMagic(file, end);
      if (parquet && hasOurColumns(folder)) {
        requireUnpublished(folder, file.size());
        return;
      }
    } catch (DamagedFileException e) {
      throw notOurs(folder, e.finding());
    }
    throw notOurs(folder, "something else has this name, which would be lost");
  }

  private static boolean isMagic(ReadableFile file, long at) throws IOException {
    ByteBuffer found = ByteBuffer.allocate(MAGIC.length());
    return at >= 0
        && file.read(found, at) == MAGIC.length()
        && MAGIC.equals(new String(found.array(), StandardCharsets.US_ASCII));
  }

  /** Whether a Parquet file is a catalogue, or too damaged to say. */
  private static boolean hasOurColumns(Storage folder) throws IOException {
    try (ParquetInput input = ParquetInput.open(folder, PATH)) {
      return input.columns().stream().map(InputColumn::name).toList().containsAll(OWN);
    } catch (DamagedFileException e) {
      return true;
    }
  }

  /** Refuses the catalogue of published runs, which never changes (spec R-11). */
  private static void requireUnpublished(Storage folder, long bytes) throws IOException {
    boolean published;
    try {
      published = isPublished(read(folder, (int) Math.min(Integer.MAX_VALUE, bytes)));
    } catch (DamagedFileException e) {
      published = holdsPublished(folder);
    }
    if (published) {
      throw new InvalidUseException(
          Text.of(
              "Cannot write in %s: it holds published runs, which never change; copy its stores into a folder of their own",
              folder.description()));
    }
  }

  /** Whether all stores in a folder are published ones, whatever its catalogue says. */
  static boolean holdsPublished(Storage folder) throws IOException {
    boolean found = false;
    for (String name : folder.list("")) {
      if (folder.isDirectory(name) && folder.exists(name + "/store.json")) {
        found = true;
        if (!folder.exists(name + "/files.json")) {
          return false;
        }
      }
    }
    return found;
  }

  /** Whether the rows are those of published runs (spec R-12). */
  static boolean isPublished(Map<String, Row> rows) {
    return !rows.isEmpty()
        && rows.values().stream().allMatch(r -> r.mark().equals(Optional.of(Run.PUBLISHED)));
  }

  private static InvalidUseException notOurs(Storage folder, String finding) {
    return new InvalidUseException(
        Text.of(
            "Cannot write the catalogue %s in %s: %s; move it away",
            PATH, folder.description(), finding));
  }

  static void write(Storage folder, List<Run> runs, Set<String> parameters) throws IOException {
    requireOurs(folder);
    List<RowColumn> columns = new ArrayList<>();
    for (String name : OWN) {
      boolean number = name.equals("tick") || name.equals("rows");
      ColumnType type = number ? ColumnType.I64 : ColumnType.STRING;
      columns.add(
          List.of("run", "state", "check").contains(name)
              ? RowColumn.required(name, type)
              : RowColumn.optional(name, type));
    }
    Map<String, ColumnType> types = new LinkedHashMap<>();
    for (String name : parameters) {
      types.put(name, type(name, runs));
      columns.add(RowColumn.optional(name, types.get(name)));
    }
    List<List<Object>> rows = new ArrayList<>();
    for (Run run : runs) {
      List<Object> row = new ArrayList<>();
      row.add(run.name());
      row.add(run.state().word());
      row.add(run.tick().isPresent() ? run.tick().getAsLong() : null);
      row.add(run.rows().isPresent() ? run.rows().getAsLong() : null);
      row.add(run.message().orElse(null));
      row.add(run.store().orElse(null));
      row.add(run.mark().orElse(null));
      row.add(Json.write(run.parameters().texts()));
      row.add(null);
      types.forEach((name, type) -> row.add(cell(run.parameters(), name, type)));
      row.set(OWN.indexOf(CHECK), check(columns.stream().map(RowColumn::name).toList(), row));
      rows.add(row);
    }
    new ParquetRowWriter(folder, ParquetOptions.DEFAULT)
        .write(PATH, new MemoryRows("runs", columns, rows, Map.of("aw.view", "runs")));
  }

  /** The checksum of a row's cells, its own aside (spec R-10). */
  private static String check(List<String> names, List<Object> cells) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      Object cell = cells.get(i);
      if (cell != null && !names.get(i).equals(CHECK)) {
        Object shown =
            cell instanceof Double d ? Digits.hex16(Double.doubleToRawLongBits(d)) : cell;
        lines.append(names.get(i)).append('=').append(shown).append('\n');
      }
    }
    CRC32 crc = new CRC32();
    crc.update(lines.toString().getBytes(StandardCharsets.UTF_8));
    return Digits.hex8((int) crc.getValue());
  }

  private static Object cell(Parameters parameters, String name, ColumnType type) {
    if (!parameters.has(name)) {
      return null;
    }
    return switch (type) {
      case STRING -> parameters.text(name);
      case F64 -> parameters.doubleValue(name);
      default -> parameters.get(name);
    };
  }

  /** A run as the catalogue has it; its parameters are those of the plan and of its store. */
  record Row(
      Optional<String> mark,
      RunState state,
      OptionalLong tick,
      OptionalLong rows,
      Optional<String> message,
      Optional<String> store,
      Parameters parameters) {}

  /**
   * The rows by run, in order; empty where there is no catalogue.
   *
   * @param runs how many runs there are; far more rows are not read
   * @throws DamagedFileException if it is damaged or no catalogue
   */
  static Map<String, Row> read(Storage folder, int runs) throws IOException {
    Map<String, Row> rows = new LinkedHashMap<>();
    if (!folder.exists(PATH)) {
      return rows;
    }
    try (ParquetInput input = ParquetInput.open(folder, PATH)) {
      if (input.rows() < 0 || input.rows() > FEW_ROWS + 10L * runs) {
        throw new DamagedFileException(
            PATH,
            -1,
            Text.of("it says to have %d rows, and there are %d runs", input.rows(), runs));
      }
      int count = (int) input.rows();
      Map<String, Values> columns = new LinkedHashMap<>();
      for (InputColumn column : input.columns()) {
        Optional<InputColumn.Reading> reading = column.reading(Optional.empty());
        if (reading.isEmpty()) {
          throw new DamagedFileException(
              PATH, -1, Text.of("it is not a catalogue: column '%s' is not read", column.name()));
        }
        columns.put(
            column.name(),
            new Values(
                reading.get().type(), StoredColumn.read(input, column, reading.get(), count)));
      }
      if (!columns.keySet().containsAll(OWN)) {
        throw new DamagedFileException(
            PATH, -1, Text.of("it is not a catalogue: it lacks some of %s", OWN));
      }
      for (int row = 0; row < count; row++) {
        int at = row;
        List<Object> cells = columns.values().stream().map(values -> values.cell(at)).toList();
        if (!check(List.copyOf(columns.keySet()), cells).equals(columns.get(CHECK).cell(row))) {
          throw new DamagedFileException(
              PATH, -1, Text.of("row %d does not match its checksum", row));
        }
        String name = columns.get("run").text(row);
        if (name == null || rows.put(name, row(columns, row)) != null) {
          throw new DamagedFileException(
              PATH,
              -1,
              Text.of("it is not a catalogue: it has '%s' twice, or a run without a name", name));
        }
      }
    } catch (IllegalArgumentException e) {
      throw new DamagedFileException(PATH, -1, "it is not a catalogue: " + e.getMessage(), e);
    }
    return rows;
  }

  private static Row row(Map<String, Values> columns, int row) throws DamagedFileException {
    String texts = columns.get("parameters").text(row);
    if (texts == null) {
      throw new DamagedFileException(PATH, -1, "it is not a catalogue: a run has no parameters");
    }
    JsonObject parameters = JsonObject.parse(PATH, "{\"of\":" + texts + "}");
    return new Row(
        Optional.ofNullable(columns.get("mark").text(row)),
        RunState.valueOf(columns.get("state").text(row).toUpperCase(java.util.Locale.ROOT)),
        columns.get("tick").number(row),
        columns.get("rows").number(row),
        Optional.ofNullable(columns.get("message").text(row)),
        Optional.ofNullable(columns.get("store").text(row)),
        Parameters.ofTexts(parameters.strings("of")));
  }

  /** A column of the catalogue. */
  private record Values(ColumnType type, StoredColumn column) {
    /** The cell, null where there is none. */
    Object cell(int row) {
      if (column.nulls().get(row)) {
        return null;
      }
      return switch (type) {
        case STRING -> column.words().get(column.data().getInt(4 * row));
        case BOOL -> column.data().get(row) != 0;
        case F64 -> column.data().getDouble(8 * row);
        case I64 -> column.data().getLong(8 * row);
        default -> throw new IllegalArgumentException("a column of " + type.label());
      };
    }

    /** The cell as a parameter's text, null where there is none. */
    String text(int row) {
      Object cell = cell(row);
      return cell == null ? null : cell.toString();
    }

    OptionalLong number(int row) throws DamagedFileException {
      if (type != ColumnType.I64) {
        throw new DamagedFileException(PATH, -1, "it is not a catalogue: ticks and rows are int64");
      }
      return column.nulls().get(row)
          ? OptionalLong.empty()
          : OptionalLong.of(column.data().getLong(8 * row));
    }
  }
}
