// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.imports.values.ColumnNames;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.schema.Cells;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.Values;
import org.arrowworld.table.TableColumns;

/** A foreign table with valid names and types, as it goes into a store (spec T-1 to T-6). */
final class MappedTable implements TableColumns {
  private static final Set<String> RESERVED =
      Set.of("id", "gen", "born", "died", "parent", "cause");

  /** Columns of a table. */
  static final int MAX_COLUMNS = 16_384;

  private final ForeignTable table;
  private final ColumnMapping mapping;
  private final Findings findings;

  /** What is said about each column; of several of one name about the first. */
  private final IdentityHashMap<ForeignColumn, ColumnMapping.Entry> entries =
      new IdentityHashMap<>();

  private final Map<String, ForeignColumn> sources = new HashMap<>();
  private final Map<String, ByteBuffer> bytes = new HashMap<>();
  private final List<Column> values = new ArrayList<>();
  private final Map<String, Integer> endings = new HashMap<>();

  /** Names that columns are mapped to. */
  private final Set<String> mapped = new HashSet<>();

  private boolean ids;
  private boolean gens;
  private TableSchema schema;
  private List<Column> columns;

  private MappedTable(ForeignTable table, ColumnMapping mapping, Findings findings) {
    this.table = table;
    this.mapping = mapping;
    this.findings = findings;
  }

  static MappedTable of(ForeignTable table, ColumnMapping mapping, Findings findings) {
    requireFew(table.name(), table.columns().size());
    return new MappedTable(table, mapping, findings).map();
  }

  /** A table has at most {@link #MAX_COLUMNS}. */
  static void requireFew(String table, int columns) {
    if (columns > MAX_COLUMNS) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import table '%s': it has %d columns, %d are the most",
              table, columns, MAX_COLUMNS));
    }
  }

  private MappedTable map() {
    List<ForeignColumn> rest = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (ForeignColumn column : table.columns()) {
      if (names.add(column.name())) {
        mapping.of(column.name()).ifPresent(e -> entries.put(column, e));
      }
    }
    entries.values().forEach(e -> mapped.add(e.target()));
    int genPlace = 0;
    for (ForeignColumn column : table.columns()) {
      boolean gensBefore = gens;
      Optional<ColumnMapping.Entry> entry = entry(column);
      if (entry.isPresent() && entry.get().isSkipped()) {
        findings.leftOut(table.name(), column.name());
      } else if (!column.nulls().isEmpty() && entry.flatMap(e -> e.nullValue()).isEmpty()) {
        findings.unmapped(
            column.name(),
            Text.of(
                "its type is %s, and %d of %d values are null; name a value for them: %s",
                column.type().label(),
                column.nulls().cardinality(),
                table.rows(),
                ColumnNames.advice(
                    column.name(), column.type() == ColumnType.STRING ? "?\"\"" : "?0")));
      } else if (!takeIdentity(column, entry)) {
        rest.add(column);
      } else if (gens && !gensBefore) {
        genPlace = rest.size();
      }
    }
    if (gens && !ids) {
      ForeignColumn gen = sources.remove("gen");
      bytes.remove("gen");
      gens = false;
      rest.add(genPlace, gen);
    }
    Set<String> taken = new HashSet<>(RESERVED);
    rest.forEach(c -> entry(c).ifPresent(e -> taken.add(e.target())));
    rest.forEach(column -> addValue(column, taken));
    schema = schema();
    columns = schema.allColumns();
    return this;
  }

  private Optional<ColumnMapping.Entry> entry(ForeignColumn column) {
    return Optional.ofNullable(entries.get(column));
  }

  /** Takes a column as {@code id} or {@code gen}, if it is called so and can be it (spec T-2). */
  private boolean takeIdentity(ForeignColumn column, Optional<ColumnMapping.Entry> entry) {
    String target = entry.map(ColumnMapping.Entry::target).orElse(column.name());
    if (!target.equals("id") && !target.equals("gen")) {
      return false;
    }
    boolean isNumber = column.type() != ColumnType.BOOL;
    if (entry.isEmpty() && (mapped.contains(target) || !isNumber)) {
      return false;
    }
    if (sources.containsKey(target)) {
      if (entry.isEmpty()) {
        return false;
      }
      throw takenTwice(target);
    }
    if (!isNumber) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import column '%s' as %s: its values are true and false, and ids and generations are integers",
              column.name(), target));
    }
    if (!column.unit().isEmpty()) {
      if (entry.isPresent()) {
        throw new InvalidUseException(
            Text.of(
                "Cannot import column '%s' as %s: its values are in '%s', and ids and generations are plain integers",
                column.name(), target, column.unit()));
      }
      return false;
    }
    ByteBuffer data;
    try {
      data = data(column, ColumnType.U32, entry);
      if (target.equals("id")) {
        requireUnique(column, data);
      }
    } catch (InvalidUseException e) {
      if (entry.isPresent()) {
        throw e;
      }
      return false;
    }
    ids |= target.equals("id");
    gens |= target.equals("gen");
    sources.put(target, column);
    bytes.put(target, data);
    if (!target.equals(column.name())) {
      findings.renamed(table.name(), column.name(), target);
    }
    return true;
  }

  private void requireUnique(ForeignColumn column, ByteBuffer data) {
    int[] sorted = new int[table.rows()];
    data.duplicate().order(ByteOrder.LITTLE_ENDIAN).position(0).asIntBuffer().get(sorted);
    Arrays.sort(sorted);
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i] == sorted[i - 1]) {
        throw new InvalidUseException(
            Text.of(
                "Cannot import column '%s' as id: %s stands twice",
                column.name(), Integer.toUnsignedString(sorted[i])));
      }
    }
  }

  private void addValue(ForeignColumn column, Set<String> taken) {
    Optional<ColumnMapping.Entry> entry = entry(column);
    String name =
        entry.isPresent() ? entry.get().target() : free(ColumnNames.valid(column.name()), taken);
    taken.add(name);
    if (!name.equals(column.name())) {
      findings.renamed(table.name(), column.name(), name);
    }
    ColumnType type = entry.flatMap(ColumnMapping.Entry::type).orElse(column.type());
    if (sources.put(name, column) != null) {
      throw takenTwice(name);
    }
    values.add(column.described(Column.of(name, type)));
    if (!column.unit().isEmpty()) {
      findings.unit(name(), name, column.unit());
    }
    if (column.type() != ColumnType.STRING || type != ColumnType.STRING) {
      bytes.put(name, data(column, type, entry));
    }
  }

  private InvalidUseException takenTwice(String name) {
    return new InvalidUseException(
        Text.of("Cannot import table '%s': two columns would be called '%s'", table.name(), name));
  }

  private ByteBuffer data(
      ForeignColumn column, ColumnType type, Optional<ColumnMapping.Entry> entry) {
    String value = entry.flatMap(ColumnMapping.Entry::nullValue).orElse("");
    ForeignColumn filled = AskedColumns.filled(column, value, table.rows());
    return type == filled.type() ? filled.data() : Conversion.convert(filled, table.rows(), type);
  }

  /** The name, or the first of it with an ending that is not taken; none is tried twice. */
  private String free(String name, Set<String> taken) {
    String candidate = name;
    for (int i = endings.getOrDefault(name, 1); taken.contains(candidate); i++) {
      String ending = i == 1 ? "_" : "_" + i;
      int length = Math.min(name.length(), ColumnNames.MAX_CHARS - ending.length());
      candidate = name.substring(0, length) + ending;
      endings.put(name, i + 1);
    }
    return candidate;
  }

  private TableSchema schema() {
    TableSchema.Builder builder =
        ids ? TableSchema.row(name()).externalIds() : TableSchema.appendOnly(name());
    if (ids && !gens) {
      builder.withoutGenerations();
    }
    for (Column column : values) {
      builder.column(column);
    }
    return builder.build();
  }

  TableSchema tableSchema() {
    return schema;
  }

  /** Gives the words of string columns their codes by first use: column by column, row by row. */
  void intern(MutableCodebook codebook) {
    for (Column column : values) {
      if (column.type() == ColumnType.STRING) {
        intern(column, sources.get(column.name()), codebook);
      }
    }
  }

  private void intern(Column column, ForeignColumn source, MutableCodebook codebook) {
    if (codebook.size() == 0 && source.nulls().isEmpty() && inOrder(source)) {
      source.words().forEach(codebook::intern);
      bytes.put(column.name(), source.data());
      return;
    }
    int[] codes = new int[source.words().size()];
    Arrays.fill(codes, -1);
    ByteBuffer data = Conversion.allocate(column.name(), ColumnType.STRING, table.rows());
    for (int row = 0; row < table.rows(); row++) {
      int code;
      if (source.nulls().get(row)) {
        code = codebook.intern(entry(source).orElseThrow().nullValue().orElseThrow());
      } else {
        int word = source.data().getInt(4 * row);
        if (codes[word] < 0) {
          codes[word] = codebook.intern(source.words().get(word));
        }
        code = codes[word];
      }
      Cells.write(ColumnType.STRING, data, row, Values.ofInteger(code));
    }
    bytes.put(column.name(), data);
  }

  /**
   * Whether the words, all different, are numbered by first use: then the numbers are the codes.
   */
  private boolean inOrder(ForeignColumn source) {
    int used = 0;
    for (int row = 0; row < table.rows(); row++) {
      int word = source.data().getInt(4 * row);
      if (word > used) {
        return false;
      }
      used += word == used ? 1 : 0;
    }
    return used == source.words().size() && new HashSet<>(source.words()).size() == used;
  }

  @Override
  public String name() {
    return ColumnNames.valid(table.name());
  }

  @Override
  public int rows() {
    return table.rows();
  }

  @Override
  public List<Column> columns() {
    return columns;
  }

  @Override
  public ByteBuffer bytes(Column column) {
    ByteBuffer data = bytes.get(column.name()).duplicate().order(ByteOrder.LITTLE_ENDIAN);
    return data.position(0)
        .limit(table.rows() * column.type().widthBytes())
        .asReadOnlyBuffer()
        .order(ByteOrder.LITTLE_ENDIAN);
  }
}
