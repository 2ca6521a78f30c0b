// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.export.npz.TableNpz;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.npy.NpyArray;
import org.arrowworld.npy.NpyType;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.store.TickTime;
import org.arrowworld.store.TimeJson;

/** Finds tables in named arrays (spec npz.md Z-10 to Z-13). */
final class TableArrays {
  private static final String OFFSETS = "codebook.offsets";
  private static final String BYTES = "codebook.utf8";
  private static final String CODED = "codebook.columns";
  private static final int MAX_DESCRIPTION_BYTES = 16 << 20;
  private static final Set<String> SCALARS = Set.of("tick", "schema_version", "n_active");

  private final String only;
  private final Map<String, NpyArray> arrays;
  private final Map<String, List<String>> texts;

  /** Of arrays that are stored as something else than they are, their dtypes. */
  private final Map<String, String> dtypes;

  private final List<String> order;
  private final Findings findings;
  private final Map<String, Long> scalars = new HashMap<>();
  private List<String> codebook = List.of();
  private List<String> coded = List.of();
  private Map<String, Map<String, String>> described = Map.of();
  private Optional<TickTime> time = Optional.empty();

  TableArrays(
      String only,
      Map<String, NpyArray> arrays,
      Map<String, List<String>> texts,
      Map<String, String> dtypes,
      List<String> order,
      Findings findings) {
    this.only = only;
    this.arrays = arrays;
    this.texts = texts;
    this.dtypes = dtypes;
    this.order = new ArrayList<>(order);
    this.findings = findings;
  }

  BaseStore.Found found(String kind, String source) throws IOException {
    takeCodebook(source);
    takeDescription();
    takeScalars();
    Map<String, List<String>> byTable = new LinkedHashMap<>();
    boolean several = areOfSeveral(order);
    for (String name : order) {
      String table = several ? name.substring(0, separator(name)) : only;
      byTable.computeIfAbsent(table, t -> new ArrayList<>()).add(name);
    }
    List<ForeignTable> tables = new ArrayList<>();
    for (Map.Entry<String, List<String>> entry : byTable.entrySet()) {
      tables.add(table(source, entry.getKey(), entry.getValue(), several));
    }
    long tick = scalars.getOrDefault("tick", 0L);
    long version = scalars.getOrDefault("schema_version", 1L);
    if (tick < 0 || version < 1 || version > 999_999_999) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import %s: its tick is %s, its schema version %s",
              source, Long.toUnsignedString(tick), version));
    }
    return new BaseStore.Found(kind, tick, (int) version, tables, time);
  }

  private static int separator(String name) {
    int slash = name.indexOf('/');
    return slash >= 0 ? slash : name.indexOf('.');
  }

  /** Whether all names say a table and a column. */
  private static boolean areOfSeveral(List<String> names) {
    return !names.isEmpty()
        && names.stream().allMatch(n -> separator(n) > 0 && separator(n) < n.length() - 1);
  }

  private void takeScalars() {
    List<String> others = order.stream().filter(name -> !SCALARS.contains(name)).toList();
    // In a table of one row they look like a column of it, unless they have no shape.
    boolean ambiguous = !areOfSeveral(others) && others.stream().allMatch(this::isOneRow);
    for (String name : SCALARS) {
      NpyArray array = arrays.get(name);
      if (order.contains(name)
          && array != null
          && array.size() == 1
          && isInteger(array)
          && (array.shape().length == 0 || !ambiguous)) {
        scalars.put(name, array.longAt(0));
        order.remove(name);
      }
    }
  }

  /** Whether it is a column of one row, or none. */
  private boolean isOneRow(String name) {
    NpyArray array = arrays.get(name);
    return array != null
        ? array.shape().length != 1 || array.size() == 1
        : texts.getOrDefault(name, List.of()).size() == 1;
  }

  private static boolean isInteger(NpyArray array) {
    return !array.type().isFloat() && array.type() != NpyType.BOOL;
  }

  /**
   * What the archive says about its columns and its ticks (spec Z-13); anything else is an array.
   */
  private void takeDescription() {
    NpyArray array = arrays.get(TableNpz.DESCRIPTION);
    if (array == null || array.type() != NpyType.U8 || array.size() > MAX_DESCRIPTION_BYTES) {
      return;
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(array.bytes()).toString();
      JsonObject json = JsonObject.parse(TableNpz.DESCRIPTION, text);
      if (!json.string("kind").equals(TableNpz.KIND)) {
        return;
      }
      Map<String, Map<String, String>> columns = new HashMap<>();
      JsonObject said = json.object("columns");
      for (String column : said.members().keySet()) {
        columns.put(column, said.strings(column));
      }
      time = TimeJson.of(json);
      described = columns;
      order.remove(TableNpz.DESCRIPTION);
    } catch (IOException e) {
      return; // no description
    }
  }

  private ForeignColumn described(ForeignColumn column) {
    Map<String, String> said = described.getOrDefault(column.name(), Map.of());
    ForeignColumn counted = said.containsKey("unit") ? column.in(said.get("unit")) : column;
    return said.containsKey("doc") ? counted.saying(said.get("doc")) : counted;
  }

  private void takeCodebook(String source) throws IOException {
    NpyArray offsets = arrays.get(OFFSETS);
    NpyArray bytes = arrays.get(BYTES);
    if (offsets == null || bytes == null || !texts.containsKey(CODED)) {
      return;
    }
    codebook = words(source, offsets, bytes);
    coded = texts.get(CODED);
    order.removeAll(List.of(OFFSETS, BYTES, CODED));
  }

  /** Words laid out as Arrow lays them out. */
  static List<String> words(String source, NpyArray offsets, NpyArray bytes) throws IOException {
    boolean shaped =
        offsets.type() == NpyType.I64
            && bytes.type() == NpyType.U8
            && offsets.shape().length == 1
            && bytes.shape().length == 1
            && offsets.size() > 0
            && offsets.longAt(0) == 0
            && offsets.longAt(offsets.size() - 1) == bytes.size();
    if (!shaped) {
      throw new DamagedFileException(source, -1, "the arrays of its words do not fit");
    }
    ByteBuffer utf8 = bytes.bytes();
    List<String> words = new ArrayList<>();
    for (long i = 1; i < offsets.size(); i++) {
      long from = offsets.longAt(i - 1);
      long to = offsets.longAt(i);
      if (to < from || to > bytes.size()) {
        throw new DamagedFileException(source, -1, Text.of("word %d ends before it begins", i - 1));
      }
      try {
        words.add(
            StandardCharsets.UTF_8
                .newDecoder()
                .decode(utf8.slice((int) from, (int) (to - from)))
                .toString());
      } catch (CharacterCodingException e) {
        throw new DamagedFileException(source, -1, Text.of("word %d is not UTF-8", i - 1), e);
      }
    }
    return words;
  }

  private ForeignTable table(String source, String name, List<String> members, boolean several)
      throws IOException {
    long length = rows(members);
    long active = several ? length : scalars.getOrDefault("n_active", length);
    if (active < 0 || active > length) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import %s: n_active is %s, its columns have %d rows",
              source, Long.toUnsignedString(active), length));
    }
    if (length > Integer.MAX_VALUE - 8) {
      throw new InvalidUseException(
          Text.of("Cannot import %s: %d rows are more than a table holds", source, length));
    }
    List<ForeignColumn> columns = new ArrayList<>();
    for (String member : members) {
      String column = several ? member.substring(separator(member) + 1) : member;
      if (length(member) != length) {
        findings.unmapped(
            member, Text.of("it is not a column of %d rows: %s", length, shape(member)));
      } else if (texts.containsKey(member)) {
        columns.add(described(words(column, texts.get(member))));
      } else {
        columns.add(described(numbers(source, column, member)));
      }
    }
    return new ForeignTable(name, (int) active, columns);
  }

  /** The length most arrays have; of two as common ones the first. */
  private long rows(List<String> members) {
    Map<Long, Integer> counts = new LinkedHashMap<>();
    for (String member : members) {
      if (length(member) >= 0) {
        counts.merge(length(member), 1, Integer::sum);
      }
    }
    long best = 0;
    int most = 0;
    for (Map.Entry<Long, Integer> entry : counts.entrySet()) {
      if (entry.getValue() > most) {
        most = entry.getValue();
        best = entry.getKey();
      }
    }
    return best;
  }

  private long length(String member) {
    if (texts.containsKey(member)) {
      return texts.get(member).size();
    }
    NpyArray array = arrays.get(member);
    return array.shape().length == 1 ? array.size() : -1;
  }

  private String shape(String member) {
    return texts.containsKey(member)
        ? texts.get(member).size() + " texts"
        : arrays.get(member).header().toString();
  }

  private ForeignColumn numbers(String source, String column, String member)
      throws DamagedFileException {
    NpyArray array = arrays.get(member);
    ColumnType type = ColumnType.valueOf(array.type().name());
    ByteBuffer data = Conversion.allocate(column, type, array.size());
    for (ByteBuffer piece : array.pieces()) {
      data.put(piece);
    }
    data.flip();
    if (dtypes.containsKey(member)) {
      return NumpyTimes.column(ForeignColumn.of(column, type, data), dtypes.get(member));
    }
    if (!coded.contains(member)) {
      return ForeignColumn.of(column, type, data);
    }
    if (type != ColumnType.U32) {
      throw new DamagedFileException(
          source, -1, Text.of("array '%s' of codes is %s", member, array.header()));
    }
    for (int row = 0; row < array.size(); row++) {
      if (Integer.compareUnsigned(data.getInt(4 * row), codebook.size()) >= 0) {
        throw new DamagedFileException(
            source,
            -1,
            Text.of(
                "array '%s' has code %s, there are %d words",
                member, Integer.toUnsignedString(data.getInt(4 * row)), codebook.size()));
      }
    }
    return new ForeignColumn(column, ColumnType.STRING, data, new BitSet(), codebook);
  }

  private static ForeignColumn words(String column, List<String> texts) {
    Map<String, Integer> codes = new LinkedHashMap<>();
    ByteBuffer data = Conversion.allocate(column, ColumnType.STRING, texts.size());
    for (String text : texts) {
      data.putInt(codes.computeIfAbsent(text, t -> codes.size()));
    }
    return new ForeignColumn(
        column, ColumnType.STRING, data.flip(), new BitSet(), List.copyOf(codes.keySet()));
  }
}
