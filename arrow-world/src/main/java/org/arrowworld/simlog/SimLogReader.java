// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.Tail;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;

/**
 * Reads the committed records of a record log, as rows or as columns. A view of the moment it was
 * opened; needs no lock and writes nothing. One thread.
 *
 * <p>Opening reads the log once, because a field's type depends on all its values; every scan reads
 * it again. Memory does not grow with the log.
 */
public final class SimLogReader implements Closeable {

  /** Receives records in the order they were logged. */
  public interface RecordVisitor {
    /** One record, valid during the call. */
    void visit(SimRecordView record) throws IOException;
  }

  /** Receives blocks of records in the order they were logged. */
  public interface BlockVisitor {
    /** One block, valid during the call. */
    void visit(SimBlock block) throws IOException;
  }

  private final Log log;
  private final List<SimFieldInfo> fields;
  private final long records;
  private final long recordsWithValues;

  private SimLogReader(Log log) throws IOException {
    this.log = log;
    FieldSurvey survey = new FieldSurvey(log.keys());
    log.scan(0, Long.MAX_VALUE, survey);
    this.fields = List.copyOf(survey.fields(this));
    this.records = survey.records();
    this.recordsWithValues = survey.recordsWithValues();
  }

  /** Opens a directory. */
  public static SimLogReader open(Path directory) throws IOException {
    return open(new DiskStorage(directory));
  }

  /**
   * Opens a record log.
   *
   * @throws InvalidUseException if the storage holds a store of another kind
   * @throws org.arrowworld.errors.DamagedFileException if it holds no store, or a batch does not
   *     verify
   */
  public static SimLogReader open(Storage storage) throws IOException {
    Log log = RecordStore.read(storage).openLog(storage);
    try {
      return new SimLogReader(log);
    } catch (IOException | RuntimeException | Error e) {
      log.close();
      throw e;
    }
  }

  /** Number of records up to the last one with a value, those without any included. */
  public long records() {
    return records;
  }

  /** The fields that have values, in the order they were first logged. */
  public List<SimFieldInfo> fields() {
    return fields;
  }

  /** The field of a name, if it has values. */
  public Optional<SimFieldInfo> find(String name) {
    return fields.stream().filter(f -> f.name().equals(name)).findFirst();
  }

  /** The field of a name. */
  public SimFieldInfo field(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new InvalidUseException(
                    Text.of(
                        "Unknown field '%s': this log has %s",
                        name, Nearest.of(name, fields.stream().map(SimFieldInfo::name).toList()))));
  }

  /** The position after the last committed group. */
  public LogPosition end() {
    return log.end();
  }

  /** The position before the first row of {@code group} or a later one. */
  public LogPosition positionBefore(long group) throws IOException {
    return log.positionBefore(group);
  }

  /** The position after the last committed group at or before {@code group}. */
  public LogPosition positionAt(long group) throws IOException {
    return log.positionAt(group);
  }

  /** What follows the committed records. */
  public Tail tail() {
    return log.tail();
  }

  /** Visits every record that has a value. */
  public void scan(RecordVisitor visitor) throws IOException {
    scan(fields, visitor);
  }

  /** Visits the records that have at least one of these fields, and shows these only. */
  public void scan(List<SimFieldInfo> wanted, RecordVisitor visitor) throws IOException {
    SimRecordView view = new SimRecordView(fields.size());
    scan(
        wanted,
        new RecordSink() {
          @Override
          public void begin(long ordinal, long tick) {
            view.begin(ordinal, tick);
          }

          @Override
          public void value(SimFieldInfo field, ValueKind kind, long bits, String word) {
            view.put(field, kind, bits, word);
          }

          @Override
          public void end() throws IOException {
            visitor.visit(view);
          }
        });
  }

  /**
   * Visits the records in blocks, as columns. Block boundaries are at multiples of the block size;
   * a block without any of the wanted values is left out.
   *
   * @param blockRecords records per block; the last one may be shorter
   */
  public void scanBlocks(List<SimFieldInfo> wanted, int blockRecords, BlockVisitor visitor)
      throws IOException {
    if (blockRecords < 1) {
      throw new InvalidUseException(Text.of("Cannot read blocks of %d records", blockRecords));
    }
    BlockSink sink =
        new BlockSink(
            new SimBlock(wanted, fields.size(), blockRecords), blockRecords, records, visitor);
    scan(wanted, sink);
    sink.finish();
  }

  /**
   * The values of one field in all records.
   *
   * @throws InvalidUseException if there are too many records for one array
   */
  public SimColumn column(SimFieldInfo field) throws IOException {
    if (records > 4 * recordsWithValues + 1_000_000 || records > Integer.MAX_VALUE - 8) {
      throw new InvalidUseException(
          Text.of(
              "Cannot hold field '%s' of %d records in arrays: read it in blocks",
              field.name(), records));
    }
    SimColumn[] column = new SimColumn[1];
    scanBlocks(
        List.of(field), Math.max(1, (int) records), block -> column[0] = block.column(field));
    return column[0];
  }

  private void scan(List<SimFieldInfo> wanted, RecordSink sink) throws IOException {
    KeyTable keys = log.keys();
    SimFieldInfo[] fieldOf = new SimFieldInfo[keys.size()];
    ValueKind[] kindOf = new ValueKind[keys.size()];
    boolean[] isWanted = new boolean[fields.size()];
    for (SimFieldInfo field : wanted) {
      if (!field.belongsTo(this)) {
        throw new InvalidUseException(
            Text.of("Cannot read field '%s': it belongs to another reader", field.name()));
      }
      isWanted[field.index()] = true;
    }
    for (Key key : keys.from(1)) {
      FieldNames.Target target = FieldNames.target(key);
      kindOf[key.code()] = target.kind();
      find(target.field()).filter(f -> isWanted[f.index()]).ifPresent(f -> fieldOf[key.code()] = f);
    }
    log.scan(0, Long.MAX_VALUE, new RecordScan(fieldOf, kindOf, sink));
  }

  /** Idempotent. */
  @Override
  public void close() throws IOException {
    log.close();
  }
}
