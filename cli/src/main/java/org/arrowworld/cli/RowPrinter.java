// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.arrowworld.simlog.SimRecordView;

/** Prints rows of a log: fields separated by tabs, or one JSON object per line. */
final class RowPrinter {
  private static final int CHECK_ROWS = 4096;

  private final Console console;
  private final Report.Format format;
  private final String[] names;
  private long rows;

  RowPrinter(Console console, Report.Format format, String... names) {
    this.console = console;
    this.format = format;
    this.names = names;
  }

  /** Prints a row; its values in the order of the names, null where there is none. */
  void row(Object... values) throws OutputClosedException {
    if (format == Report.Format.JSON) {
      Map<String, Object> object = new LinkedHashMap<>();
      for (int i = 0; i < names.length; i++) {
        object.put(names[i], values[i]);
      }
      console.out().print(JsonText.of(object) + "\n");
    } else {
      StringBuilder line = new StringBuilder();
      for (Object value : values) {
        line.append(line.isEmpty() ? "" : "\t");
        line.append(value == null ? "-" : Escape.text(value.toString()));
      }
      console.out().print(line + "\n");
    }
    printed();
  }

  /** Prints a record: its number and commit group, then its values. */
  void record(SimRecordView record) throws OutputClosedException {
    if (format == Report.Format.JSON) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("record", record.ordinal());
      object.put("group", record.group());
      object.put("values", record.toMap());
      console.out().print(JsonText.of(object) + "\n");
    } else {
      StringBuilder line = new StringBuilder();
      line.append(record.ordinal()).append('\t').append(record.group());
      record
          .toMap()
          .forEach(
              (name, value) ->
                  line.append('\t')
                      .append(Escape.text(name))
                      .append('=')
                      .append(Escape.text(value.toString())));
      console.out().print(line + "\n");
    }
    printed();
  }

  private void printed() throws OutputClosedException {
    if (++rows % CHECK_ROWS == 0 && console.out().checkError()) {
      throw new OutputClosedException();
    }
  }

  long rows() {
    return rows;
  }

  /** Nothing more is written: its reader has had enough, or it failed, which {@link Main} says. */
  static final class OutputClosedException extends java.io.IOException {
    private static final long serialVersionUID = 1L;

    OutputClosedException() {
      super("the output was closed");
    }
  }
}
