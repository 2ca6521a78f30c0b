// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.imports.csv.CsvFormat;
import org.arrowworld.imports.csv.TextLines;
import org.arrowworld.imports.history.TimeGrid;
import org.arrowworld.imports.values.Budget;
import org.arrowworld.imports.values.ColumnNames;
import org.arrowworld.imports.values.TextValues;
import org.arrowworld.imports.values.WordTable;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;

/** Recorded trajectories as text, one row a line, as a table (spec T-55 to T-57). */
final class TrajectoryText {
  private static final int MAX_COMMENT = 8 << 10;
  private static final Set<String> WHO =
      Set.of("id", "ped", "person", "personid", "agent", "agent_id", "vehicle_id", "entity");
  private static final Set<String> WHEN =
      Set.of("frame", "fr", "tick", "time", "t", "step", "timestep", "timestep_time");
  private static final Pattern RATE =
      Pattern.compile("(?i)frame\\s*_?rate\\s*[:=]?\\s*([+-]?[.]?[0-9][0-9.,eE+-]*)");

  /** A whole number as no id is written: {@code 007} and {@code 7} are two. */
  private static final Pattern CODE = Pattern.compile("[+-]?0[0-9].*|\\+.*");

  private static final Pattern UNIT =
      Pattern.compile("([^/\\[\\]]+)(?:/([^/\\[\\]]+)|\\[([^\\]]+)])");

  private final TableImportOptions options;
  private final Findings findings;
  private final Budget budget;
  private final StringBuilder comments = new StringBuilder();
  private final List<String> names = new ArrayList<>();

  /** Fields that are left out: those that the user, not a header, called {@code _}. */
  private final BitSet leftOut = new BitSet();

  private final Map<String, String> units = new LinkedHashMap<>();
  private final List<WordTable> words = new ArrayList<>();
  private List<String> header = List.of();
  private List<String> lastComment = List.of();
  private int[] codes = new int[2048];
  private double[][] values = {};
  private long[] lines = new long[1024];
  private int commentBytes;
  private int rows;
  private int extra;
  private char separator;
  private String rate;

  private TrajectoryText(TableImportOptions options, List<String> columns, Findings findings)
      throws IOException {
    this.options = options;
    this.findings = findings;
    this.names.addAll(columns);
    for (int i = 0; i < columns.size(); i++) {
      leftOut.set(i, columns.get(i).equals(ColumnNames.LEFT_OUT));
    }
    this.budget =
        new Budget(options.source().toString(), java.nio.file.Files.size(options.source()));
    this.separator = options.text().delimiter().orElse((char) 0);
  }

  /**
   * What a file holds.
   *
   * @param table columns {@code id} and {@code tick} as texts, the others f64
   * @param lines per row its line
   * @param comments the comment lines
   * @param rate the frame rate that a comment names, or null
   * @param columns what the fields are
   */
  @SuppressWarnings("ArrayRecordComponent") // as in CsvTable
  record Found(
      ForeignTable table, long[] lines, String comments, String rate, List<String> columns) {}

  /**
   * Reads a file.
   *
   * @param columns what the fields are; empty if a header says it
   * @throws DamagedFileException naming the first line that is malformed
   */
  static Found read(TableImportOptions options, List<String> columns, Findings findings)
      throws IOException {
    return new TrajectoryText(options, columns, findings).read();
  }

  private Found read() throws IOException {
    try (TextLines lines = TextLines.open(options.source())) {
      for (int i = 0; i < options.text().skipLines(); i++) {
        lines.skip();
      }
      for (String line = lines.next(); line != null; line = lines.next()) {
        line(line, lines.number());
      }
    }
    if (rows == 0) {
      throw new InvalidUseException(
          Text.of("Cannot import %s: it holds no rows", options.source()));
    }
    return found();
  }

  private void line(String text, long number) throws IOException {
    int comment = text.indexOf('#');
    if (comment >= 0 || text.startsWith("%")) {
      String said = text.substring(comment >= 0 ? comment + 1 : 1).strip();
      comment(said);
    }
    String data = text.startsWith("%") ? "" : comment < 0 ? text : text.substring(0, comment);
    if (data.isBlank()) {
      return;
    }
    if (separator == 0) {
      separator = separator(data.strip());
    }
    List<String> fields = split(data, separator);
    if (rows == 0 && header.isEmpty() && fields.stream().noneMatch(TrajectoryText::isValue)) {
      header = fields;
      return;
    }
    if (rows == 0 && words.isEmpty()) {
      begin(fields);
    }
    add(fields, number);
  }

  private void comment(String said) {
    if (rows > 0) {
      return;
    }
    Matcher matcher = RATE.matcher(said);
    if (matcher.find()) {
      rate(matcher.group(1).replaceFirst("[.,]+$", ""));
    }
    commentBytes += 1 + said.getBytes(StandardCharsets.UTF_8).length;
    if (commentBytes <= MAX_COMMENT) {
      comments.append(comments.isEmpty() ? "" : "\n").append(said);
    }
    lastComment = titles(said);
  }

  private void rate(String named) {
    boolean comma = options.text().decimal() == CsvFormat.Decimal.COMMA;
    String plain = TextValues.withPoint(named, comma);
    BigDecimal number = TimeGrid.number(plain);
    if (number != null && number.signum() > 0) {
      rate = plain;
    } else {
      findings.note(
          Text.of(
              "the frame rate '%s' of a comment is not a number above 0, and is passed over; say --rate R%s",
              named,
              named.indexOf(',') < 0 ? "" : ", or --decimal , if its comma is a decimal mark"));
    }
  }

  /** Titles of a comment; a unit such as {@code [in cm]} is part of its title. */
  private static List<String> titles(String said) {
    String joined = said.replaceAll("\\[in\\s+", "[");
    char mark = joined.indexOf(';') >= 0 ? ';' : joined.indexOf(',') >= 0 ? ',' : ' ';
    return split(joined, mark);
  }

  /** A line such as {@code 1, 2, 3} is separated by commas, one such as {@code 1 2,5 3} is not. */
  private static char separator(String line) {
    for (char candidate : new char[] {';', ','}) {
      if (line.indexOf(candidate) >= 0) {
        boolean clean = true;
        for (String part : line.split(String.valueOf(candidate), -1)) {
          clean &= part.strip().indexOf(' ') < 0 && part.strip().indexOf('\t') < 0;
        }
        if (clean || candidate == ';') {
          return candidate;
        }
      }
    }
    return ' ';
  }

  private static List<String> split(String line, char separator) {
    if (separator == ' ') {
      String plain = line.strip();
      return plain.isEmpty() ? List.of() : List.of(plain.split("[ \t\f\u000B]+"));
    }
    List<String> fields = new ArrayList<>();
    for (String field : line.split(Pattern.quote(String.valueOf(separator)), -1)) {
      fields.add(field.strip());
    }
    return fields;
  }

  private static boolean isValue(String field) {
    String lower = field.toLowerCase(Locale.ROOT);
    return field.isEmpty()
        || Character.isDigit(field.charAt(0))
        || "+-.".indexOf(field.charAt(0)) >= 0
        || lower.equals("nan")
        || lower.equals("inf");
  }

  /** Finds out what the fields are, at the first row. */
  private void begin(List<String> fields) throws IOException {
    boolean commented =
        header.isEmpty()
            && lastComment.size() == fields.size()
            && lastComment.stream().anyMatch(f -> WHO.contains(bare(f)))
            && lastComment.stream().anyMatch(f -> WHEN.contains(bare(f)));
    List<String> titles = commented ? lastComment : header;
    boolean named = names.isEmpty();
    if (named && titles.isEmpty()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot import %s: no header names its columns; say --columns id,tick,x,y,... in the order of the fields",
              options.source()));
    }
    for (int i = 0; i < titles.size(); i++) {
      Matcher matcher = UNIT.matcher(titles.get(i));
      boolean hasUnit = matcher.matches();
      String title = hasUnit ? matcher.group(1).strip() : titles.get(i);
      String lower = title.toLowerCase(Locale.ROOT);
      if (named) {
        boolean who = WHO.contains(lower) && !names.contains("id");
        boolean when = WHEN.contains(lower) && !names.contains("tick");
        names.add(who ? "id" : when ? "tick" : title);
      }
      if (hasUnit && i < names.size()) {
        units.put(names.get(i), matcher.group(2) == null ? matcher.group(3) : matcher.group(2));
      }
    }
    for (String required : List.of("id", "tick")) {
      if (Collections.frequency(names, required) != 1) {
        throw new InvalidUseException(
            Text.of(
                "Cannot map columns %s: expected exactly one '%s'",
                String.join(",", names), required));
      }
    }
    values = new double[names.size()][1024];
    for (String name : names) {
      words.add(new WordTable(options.source().toString(), name, budget::claim));
    }
    extra = Math.max(0, fields.size() - names.size());
    if (extra > 0) {
      findings.note(
          Text.of(
              "%d further fields of each line, from field %d on, are passed over",
              extra, names.size() + 1));
    }
  }

  private static String bare(String title) {
    Matcher matcher = UNIT.matcher(title);
    return (matcher.matches() ? matcher.group(1).strip() : title).toLowerCase(Locale.ROOT);
  }

  private void add(List<String> fields, long number) throws IOException {
    if (fields.size() != names.size() + extra) {
      throw malformed(
          number,
          Text.of(
              "expected %d fields (%s), found %d",
              names.size() + extra, String.join(", ", names), fields.size()));
    }
    if (rows == lines.length) {
      budget.claim(16L * rows + 8L * rows * names.size());
      lines = java.util.Arrays.copyOf(lines, 2 * rows);
      codes = java.util.Arrays.copyOf(codes, 4 * rows);
      for (int i = 0; i < values.length; i++) {
        values[i] = java.util.Arrays.copyOf(values[i], 2 * rows);
      }
    }
    for (int i = 0; i < names.size(); i++) {
      String field = fields.get(i);
      switch (names.get(i)) {
        case "id" -> codes[2 * rows] = words.get(i).code(field);
        case "tick" -> codes[2 * rows + 1] = words.get(i).code(field);
        default -> values[i][rows] = leftOut.get(i) ? 0 : value(names.get(i), field, number);
      }
    }
    lines[rows++] = number;
  }

  private double value(String name, String field, long number) throws DamagedFileException {
    boolean comma = options.text().decimal() == CsvFormat.Decimal.COMMA;
    String plain = TextValues.withPoint(field, comma);
    String lower = plain.toLowerCase(Locale.ROOT);
    if (lower.equals("nan")) {
      return Double.NaN;
    }
    if (lower.equals("inf") || lower.equals("+inf")) {
      return Double.POSITIVE_INFINITY;
    }
    if (lower.equals("-inf")) {
      return Double.NEGATIVE_INFINITY;
    }
    if (!TextValues.isDecimal(plain)) {
      boolean other = !comma && TextValues.isDecimal(field.replace(',', '.'));
      throw malformed(
          number,
          Text.of(
              "expected a decimal number for %s, found '%s'%s",
              name,
              field,
              other ? "; numbers with a decimal comma are taken with --decimal ," : ""));
    }
    double value = Double.parseDouble(plain);
    if (Double.isInfinite(value)) {
      throw malformed(number, Text.of("a float64 cannot hold %s of %s", field, name));
    }
    return value;
  }

  private DamagedFileException malformed(long number, String finding) {
    return new DamagedFileException(
        options.source().toString(), -1, Text.of("line %d: %s", number, finding));
  }

  private Found found() {
    List<ForeignColumn> columns = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (leftOut.get(i)) {
        continue;
      }
      if (name.equals("id") || name.equals("tick")) {
        columns.add(key(name, words.get(i).words(), name.equals("id") ? 0 : 1));
        continue;
      }
      ByteBuffer data = Conversion.allocate(name, ColumnType.F64, rows);
      for (int row = 0; row < rows; row++) {
        data.putDouble(8 * row, values[i][row]);
      }
      columns.add(ForeignColumn.of(name, ColumnType.F64, data).in(units.getOrDefault(name, "")));
    }
    ForeignTable table = new ForeignTable(options.tableName(), rows, columns);
    return new Found(
        table, java.util.Arrays.copyOf(lines, rows), comments.toString(), rate, List.copyOf(names));
  }

  /** Ids and times: whole numbers as such, however they are written, else texts. */
  private ForeignColumn key(String name, List<String> texts, int offset) {
    long[] numbers = new long[texts.size()];
    boolean whole = name.equals("id");
    for (int i = 0; i < numbers.length && whole; i++) {
      BigDecimal number = TimeGrid.number(texts.get(i));
      whole =
          number != null
              && !CODE.matcher(texts.get(i)).matches()
              && number.stripTrailingZeros().scale() <= 0
              && number.signum() >= 0
              && number.precision() - number.scale() <= 10;
      numbers[i] = whole ? number.longValueExact() : 0;
    }
    ColumnType type = whole ? ColumnType.I64 : ColumnType.STRING;
    ByteBuffer data = Conversion.allocate(name, type, rows);
    for (int row = 0; row < rows; row++) {
      int code = codes[2 * row + offset];
      if (whole) {
        data.putLong(8 * row, numbers[code]);
      } else {
        data.putInt(4 * row, code);
      }
    }
    String unit = whole ? "" : units.getOrDefault(name, "");
    return new ForeignColumn(name, type, data, new BitSet(), whole ? List.of() : texts, unit);
  }
}
