package org.arrowworld.imports.trajectories;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * Reads lines of fields separated by blanks and tabs. {@code #} begins a comment; empty lines are
 * passed over. Decimals are rounded correctly to the nearest float64.
 */
final class TrajectoryFile {
  private static final Pattern INTEGER = Pattern.compile("\\+?[0-9]{1,25}");
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,9})?");
  private static final long MAX_ID = 0xFFFF_FFFFL;
  private static final String BYTE_ORDER_MARK = "\u00EF\u00BB\u00BF"; // of UTF-8, as its bytes

  private final String file;
  private final ColumnMap map;
  private final int[] starts;
  private final int[] ends;
  private long number;
  private String line;

  private TrajectoryFile(Path file, ColumnMap map) {
    this.file = file.toString();
    this.map = map;
    this.starts = new int[map.fields().size()];
    this.ends = new int[map.fields().size()];
  }

  /**
   * Reads a whole file.
   *
   * @throws MalformedLineException at the first line that is not as the map says, or repeats an id
   *     within a tick
   * @throws InvalidUseException if it holds no rows
   */
  static Frames read(Path file, ColumnMap map) throws IOException {
    return new TrajectoryFile(file, map).read(file);
  }

  private Frames read(Path path) throws IOException {
    int[] valueFields = map.valueFields();
    Frames frames = new Frames(valueFields.length);
    try (LineReader lines = new LineReader(path)) {
      for (line = lines.next(); line != null; line = lines.next()) {
        number = lines.number();
        if (number == 1 && line.startsWith(BYTE_ORDER_MARK)) {
          line = line.substring(BYTE_ORDER_MARK.length());
        }
        if (split()) {
          frames.add(tick(), (int) integer(map.idField(), MAX_ID), number);
          for (int i = 0; i < valueFields.length; i++) {
            frames.value(i, decimal(valueFields[i]));
          }
        }
      }
    }
    if (frames.rows() == 0) {
      throw new InvalidUseException(Text.of("Cannot import %s: it holds no rows", file));
    }
    frames.sort();
    checkUnique(path, frames);
    return frames;
  }

  private long tick() throws MalformedLineException {
    return integer(map.tickField(), Long.MAX_VALUE);
  }

  /** Finds the fields of the line; false if there are none. */
  private boolean split() throws MalformedLineException {
    int comment = line.indexOf('#');
    int end = comment < 0 ? line.length() : comment;
    int count = 0;
    int at = 0;
    while (true) {
      while (at < end && isBlank(line.charAt(at))) {
        at++;
      }
      if (at == end) {
        break;
      }
      int start = at;
      while (at < end && !isBlank(line.charAt(at))) {
        at++;
      }
      if (count == starts.length) {
        throw malformed(
            start,
            Text.of(
                "expected %d fields, found more: '%s'", starts.length, line.substring(start, at)));
      }
      starts[count] = start;
      ends[count++] = at;
    }
    if (count > 0 && count < starts.length) {
      throw malformed(
          end,
          Text.of(
              "expected %d fields (%s), found %d",
              starts.length, String.join(", ", map.fields()), count));
    }
    return count > 0;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\f' || c == 0x0B;
  }

  private long integer(int field, long max) throws MalformedLineException {
    String text = line.substring(starts[field], ends[field]);
    if (!INTEGER.matcher(text).matches()) {
      throw malformed(
          starts[field],
          Text.of("expected a whole number for %s, found '%s'", map.fields().get(field), text));
    }
    java.math.BigInteger value = new java.math.BigInteger(text);
    if (value.compareTo(java.math.BigInteger.valueOf(max)) > 0) {
      throw malformed(
          starts[field],
          Text.of("expected at most %d for %s, found %s", max, map.fields().get(field), text));
    }
    return value.longValue();
  }

  private double decimal(int field) throws MalformedLineException {
    String text = line.substring(starts[field], ends[field]);
    if (!DECIMAL.matcher(text).matches()) {
      throw malformed(
          starts[field],
          Text.of("expected a decimal number for %s, found '%s'", map.fields().get(field), text));
    }
    double value = Double.parseDouble(text);
    if (Double.isInfinite(value)) {
      throw malformed(
          starts[field], Text.of("a float64 cannot hold %s of %s", text, map.fields().get(field)));
    }
    return value;
  }

  private MalformedLineException malformed(int at, String finding) {
    return new MalformedLineException(file, number, at + 1, finding, line);
  }

  /** Finds an id that stands twice in a tick, and its line. */
  private static void checkUnique(Path path, Frames frames) throws IOException {
    for (int i = 1; i < frames.rows(); i++) {
      if (frames.tick(i) == frames.tick(i - 1) && frames.id(i) == frames.id(i - 1)) {
        String finding =
            Text.of(
                "id %s stands twice at tick %d, first on line %d",
                Integer.toUnsignedString(frames.id(i)), frames.tick(i), frames.line(i - 1));
        throw new MalformedLineException(
            path.toString(), frames.line(i), 1, finding, lineText(path, frames.line(i)));
      }
    }
  }

  private static String lineText(Path path, long wanted) throws IOException {
    try (LineReader lines = new LineReader(path)) {
      String text = lines.next();
      while (text != null && lines.number() < wanted) {
        text = lines.next();
      }
      return String.valueOf(text);
    }
  }
}
