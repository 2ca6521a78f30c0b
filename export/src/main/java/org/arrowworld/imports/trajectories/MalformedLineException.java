package org.arrowworld.imports.trajectories;

import java.io.IOException;
import org.arrowworld.internal.Text;

/** A line of an input file is not what the import was told to expect. */
public final class MalformedLineException extends IOException {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN_CHARS = 120;

  private final String file;
  private final long line;
  private final int column;

  /**
   * @param file the file as the caller named it
   * @param line line number, from 1
   * @param column place of the finding in the line in characters, from 1
   * @param finding what was expected and found
   * @param text the line
   */
  MalformedLineException(String file, long line, int column, String finding, String text) {
    super(
        Text.of(
            "Cannot import %s: line %d, column %d: %s; the line is '%s'",
            file, line, column, finding, shown(text)));
    this.file = file;
    this.line = line;
    this.column = column;
  }

  private static String shown(String text) {
    return text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "...";
  }

  public String file() {
    return file;
  }

  /** Line number, from 1. */
  public long line() {
    return line;
  }

  /** Place in the line in characters, from 1. */
  public int column() {
    return column;
  }
}
