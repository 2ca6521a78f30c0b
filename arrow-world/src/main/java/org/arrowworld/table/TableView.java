package org.arrowworld.table;

import java.nio.ByteBuffer;
import java.util.List;
import org.arrowworld.schema.Column;

/** A table's rows, for reading: of a live world, or of a snapshot. */
public interface TableView {

  String name();

  /** Number of rows. */
  int rows();

  /** All columns in file order, {@code id} and {@code gen} first where there are any. */
  List<Column> columns();

  /**
   * A column's values, little-endian, {@code rows * widthBytes} long, read-only. Of a live world it
   * is a view until the next tick.
   */
  ByteBuffer bytes(Column column);
}
