package org.arrowworld.export.parquet;

import java.util.Optional;
import org.apache.parquet.column.ColumnDescriptor;
import org.arrowworld.schema.ColumnType;

/** A column of a Parquet file that is read. */
public final class InputColumn {
  private final String name;
  private final int leaf;
  private final ColumnType type;
  private final ColumnType ticks;
  private final String foreign;
  private final ColumnDescriptor descriptor;

  private InputColumn(
      String name,
      int leaf,
      ColumnType type,
      ColumnType ticks,
      String foreign,
      ColumnDescriptor descriptor) {
    this.name = name;
    this.leaf = leaf;
    this.type = type;
    this.ticks = ticks;
    this.foreign = foreign;
    this.descriptor = descriptor;
  }

  static InputColumn of(String name, int leaf, ColumnType type, ColumnDescriptor descriptor) {
    return new InputColumn(name, leaf, type, null, null, descriptor);
  }

  /** Times: integers only for whom asks for them. */
  static InputColumn ticks(String name, int leaf, ColumnType ticks, ColumnDescriptor descriptor) {
    return new InputColumn(name, leaf, null, ticks, "it holds times", descriptor);
  }

  static InputColumn foreign(String name, String why) {
    return new InputColumn(name, -1, null, null, why, null);
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Its type; empty if a table has none like it. */
  public Optional<ColumnType> type() {
    return Optional.ofNullable(type);
  }

  /** Of times, the integers they are stored as; else its type. */
  public Optional<ColumnType> stored() {
    return Optional.ofNullable(type != null ? type : ticks);
  }

  /** Why it has no type. */
  public String foreign() {
    return foreign;
  }

  /** Its number among the file's columns of values. */
  int leaf() {
    return leaf;
  }

  ColumnDescriptor descriptor() {
    return descriptor;
  }
}
