// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.field.FieldSnapshots;
import org.arrowworld.internal.Text;
import org.arrowworld.npy.NpyArray;
import org.arrowworld.npy.NpyType;
import org.arrowworld.schema.ColumnType;

/**
 * Snapshots of a gridded-field run as rows, a row per grid point and time: {@code snapshot}, {@code
 * time}, the point's indices {@code axis0}, {@code axis1} and so on, then the fields and the
 * velocities as {@code v_<field>}; {@code _} is appended to a name of ours that a field has. The
 * last axis runs fastest.
 */
public final class FieldSource implements RowSource {
  private static final int SNAPSHOT = 0;
  private static final int TIME = 1;
  private static final int AXES = 2;

  private final FieldSnapshots run;
  private final long first;
  private final long last;
  private final int[] grid;
  private final List<Reader> values = new ArrayList<>();
  private final List<RowColumn> columns = new ArrayList<>();
  private final long points;

  private interface Reader {
    NpyArray read(long snapshot) throws IOException;
  }

  /**
   * Rows of some snapshots.
   *
   * @param run stays the caller's, open until the rows are read
   * @param first index of the first snapshot
   * @param last index of the last one, included
   */
  public FieldSource(FieldSnapshots run, long first, long last) {
    if (first < 0 || last < first || last >= run.count()) {
      throw new InvalidUseException(
          Text.of(
              "Cannot export snapshots %d to %d: the run has %d, from 0",
              first, last, run.count()));
    }
    this.run = run;
    this.first = first;
    this.last = last;
    this.grid = run.metadata().gridShape();
    ColumnType type = run.metadata().type() == NpyType.F32 ? ColumnType.F32 : ColumnType.F64;
    Set<String> taken = new HashSet<>();
    run.metadata().fields().forEach(name -> RowColumn.free(name, taken));
    columns.add(RowColumn.counting(RowColumn.free("snapshot", taken), ColumnType.U32));
    columns.add(RowColumn.counting(RowColumn.free("time", taken), ColumnType.F64));
    long count = 1;
    for (int axis = 0; axis < grid.length; axis++) {
      columns.add(RowColumn.counting(RowColumn.free("axis" + axis, taken), ColumnType.U32));
      count *= grid[axis];
    }
    this.points = count;
    for (String name : run.metadata().fields()) {
      columns.add(RowColumn.required(name, type));
      values.add(snapshot -> run.field(name, snapshot));
    }
    for (String name : run.metadata().velocities()) {
      columns.add(RowColumn.required(RowColumn.free("v_" + name, taken), type));
      values.add(snapshot -> run.velocity(name, snapshot));
    }
  }

  @Override
  public String name() {
    return "fields";
  }

  @Override
  public List<RowColumn> columns() {
    return List.copyOf(columns);
  }

  @Override
  public long rows() {
    return (last - first + 1) * points;
  }

  @Override
  public byte[] utf8(int column, int code) {
    throw new IllegalStateException("field runs have no words");
  }

  @Override
  public Map<String, String> origin() {
    return Map.of("aw.kind", "fields");
  }

  @Override
  public void scan(Visitor visitor) throws IOException {
    BatchPair batches = new BatchPair(columns, visitor);
    double[] times = run.times();
    for (long snapshot = first; snapshot <= last; snapshot++) {
      List<Pieces> fields = new ArrayList<>();
      for (Reader reader : values) {
        fields.add(new Pieces(reader.read(snapshot).pieces()));
      }
      for (long point = 0; point < points; ) {
        RowBatch batch = batches.filling();
        int count = (int) Math.min(batch.room(), points - point);
        fill(batch, count, snapshot, times[(int) snapshot], point);
        for (int i = 0; i < fields.size(); i++) {
          int column = AXES + grid.length + i;
          int width = columns.get(column).type().widthBytes();
          fields.get(i).copy(batch.bytes(column), batch.rows() * width, count * width);
        }
        batch.rows(batch.rows() + count);
        point += count;
      }
    }
    batches.flush();
  }

  private void fill(RowBatch batch, int count, long snapshot, double time, long point) {
    for (int i = 0; i < count; i++) {
      int row = batch.rows() + i;
      batch.bytes(SNAPSHOT).putInt(4 * row, (int) snapshot);
      batch.bytes(TIME).putDouble(8 * row, time);
      long rest = point + i;
      for (int axis = grid.length - 1; axis >= 0; axis--) {
        batch.bytes(AXES + axis).putInt(4 * row, (int) (rest % grid[axis]));
        rest /= grid[axis];
      }
    }
  }

  /** The bytes of an array, taken from the front. */
  private static final class Pieces {
    private final List<ByteBuffer> pieces;
    private int piece;
    private int at;

    Pieces(List<ByteBuffer> pieces) {
      this.pieces = pieces;
    }

    void copy(ByteBuffer target, int to, int bytes) {
      int copied = 0;
      while (copied < bytes) {
        ByteBuffer source = pieces.get(piece);
        int part = Math.min(bytes - copied, source.remaining() - at);
        target.put(to + copied, source, source.position() + at, part);
        copied += part;
        at += part;
        if (at == source.remaining()) {
          piece++;
          at = 0;
        }
      }
    }
  }
}
