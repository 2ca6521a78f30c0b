// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.simlog;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.Durability;
import org.arrowworld.log.LogOptions;
import org.arrowworld.simlog.SimField;
import org.arrowworld.simlog.SimLog;
import org.arrowworld.simlog.SimRecord;
import org.arrowworld.storage.Storage;

/** Logs the triples of chunks as records. */
final class ChunkWriter implements Closeable {
  private static final double LONG_LIMIT = 0x1p63;

  private record Target(SimField field, SimLogCodebook.Kind kind) {}

  private final SimLog log;
  private final SimLogCodebook codebook;
  private final RecordFindings findings;
  private final Map<Integer, Target> targets = new HashMap<>();
  private long values;

  ChunkWriter(Storage storage, SimLogCodebook codebook, RecordFindings findings)
      throws IOException {
    this.log = SimLog.open(storage, LogOptions.DEFAULT.withDurability(Durability.NONE));
    this.codebook = codebook;
    this.findings = findings;
  }

  void write(SimLogChunk chunk) throws IOException {
    long row = 0;
    for (int rid = 0; rid < chunk.records(); rid++) {
      SimRecord record = log.record();
      try {
        for (; row < chunk.triples() && chunk.rids().longAt(row) == rid; row++) {
          set(record, (int) chunk.keys().longAt(row), chunk.vals().doubleAt(row));
        }
      } catch (InvalidUseException e) {
        throw new DamagedFileException(
            chunk.file(), -1, Text.of("row %d cannot be logged: %s", row, e.getMessage()), e);
      }
      record.end();
    }
    values += chunk.triples();
    log.commit();
  }

  private void set(SimRecord record, int key, double value) throws IOException {
    Target target = target(key);
    if (!codebook.knows(key)) {
      findings.unknownKey(key, value, log.records());
    }
    switch (target.kind) {
      case WORD -> {
        String word = codebook.word(value);
        if (word != null) {
          record.set(target.field, word);
        } else {
          findings.noCode(target.field.name(), value, log.records());
          setInteger(record, target.field, value);
        }
      }
      case BOOL -> {
        if (value == 0 || value == 1) {
          record.set(target.field, value == 1);
        } else {
          findings.noBool(target.field.name(), value, log.records());
          record.set(target.field, value);
        }
      }
      case INTEGER -> setInteger(record, target.field, value);
      case FLOAT -> record.set(target.field, value);
    }
  }

  private Target target(int key) {
    Target target = targets.get(key);
    if (target == null) {
      SimLogCodebook.Field field = codebook.field(key);
      target = new Target(log.field(field.name()), field.kind());
      targets.put(key, target);
    }
    return target;
  }

  /** An integer as one; what the reference let into an integer field besides, as it is. */
  private static void setInteger(SimRecord record, SimField field, double value)
      throws IOException {
    boolean minusZero = value == 0 && Double.doubleToRawLongBits(value) != 0;
    if (value == Math.rint(value) && Math.abs(value) < LONG_LIMIT && !minusZero) {
      record.set(field, (long) value);
    } else {
      record.set(field, value);
    }
  }

  /** Seals the store. */
  SimLogImportResult finish(int chunks) throws IOException {
    long records = log.records();
    log.seal();
    return new SimLogImportResult(records, values, chunks, findings.list());
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
