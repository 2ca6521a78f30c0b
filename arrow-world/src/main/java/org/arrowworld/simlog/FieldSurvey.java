// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.log.Log;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;

/**
 * One pass over a record log that counts records and finds the type of every field: it depends on
 * all of the field's values (spec G-6).
 */
final class FieldSurvey implements Log.Visitor {

  /** What was seen of one field. */
  static final class Tally {
    private final long[] counts = new long[ValueKind.COUNT];
    private boolean fractions;
    private boolean inexact;

    private void add(ValueKind kind, long pattern) {
      counts[kind.index()]++;
      if (kind == ValueKind.NUMBER) {
        fractions |= !isInteger(Double.longBitsToDouble(pattern));
      } else if (kind == ValueKind.INTEGER) {
        inexact |= (long) (double) pattern != pattern || pattern == Long.MAX_VALUE;
      }
    }

    private static boolean isInteger(double value) {
      return (long) value == value
          && Math.abs(value) <= SimRecord.MAX_EXACT
          && (value != 0 || Double.doubleToRawLongBits(value) == 0);
    }

    private long count(ValueKind kind) {
      return counts[kind.index()];
    }

    long values() {
      return count(ValueKind.NUMBER)
          + count(ValueKind.INTEGER)
          + count(ValueKind.STRING)
          + count(ValueKind.BOOL);
    }

    SimType numberType() {
      return fractions ? SimType.FLOAT64 : SimType.INT64;
    }

    SimType integerType() {
      return fractions && !inexact ? SimType.FLOAT64 : SimType.INT64;
    }

    SimType type() {
      List<SimType> found = new ArrayList<>();
      if (count(ValueKind.NUMBER) > 0) {
        found.add(numberType());
      }
      if (count(ValueKind.INTEGER) > 0 && !found.contains(integerType())) {
        found.add(integerType());
      }
      if (count(ValueKind.STRING) > 0) {
        found.add(SimType.STRING);
      }
      if (count(ValueKind.BOOL) > 0) {
        found.add(SimType.BOOL);
      }
      return found.size() == 1 ? found.get(0) : SimType.MIXED;
    }
  }

  private final Tally[] tallyOf;
  private final ValueKind[] kindOf;
  private final Map<String, Tally> tallies = new LinkedHashMap<>();
  private final RecordOrder order = new RecordOrder();
  private final Triples rows = new Triples(1024);
  private boolean inRecord;
  private int rid;
  private long recordsWithValues;

  FieldSurvey(KeyTable keys) throws IOException {
    tallyOf = new Tally[keys.size()];
    kindOf = new ValueKind[keys.size()];
    for (Key key : keys.from(1)) {
      FieldNames.Target target = FieldNames.target(key);
      tallyOf[key.code()] = tallies.computeIfAbsent(target.field(), name -> new Tally());
      kindOf[key.code()] = target.kind();
    }
  }

  @Override
  public void visit(TripleBatch batch, int from, int to) throws IOException {
    rows.clear();
    batch.copyTo(rows, from, to);
    for (int row = 0; row < rows.size(); row++) {
      int key = rows.keys()[row];
      if (key == KeyTable.COMMIT) {
        inRecord = false;
        continue;
      }
      if (!inRecord || rows.rids()[row] != rid) {
        inRecord = true;
        rid = rows.rids()[row];
        order.take(rid);
        recordsWithValues++;
      }
      tallyOf[key].add(kindOf[key], rows.vals()[row]);
    }
  }

  /** Number of records, those without values included. */
  long records() {
    return order.next();
  }

  long recordsWithValues() {
    return recordsWithValues;
  }

  /** The fields that have values, in the order of their first keys. */
  List<SimFieldInfo> fields(SimLogReader reader) {
    List<SimFieldInfo> fields = new ArrayList<>();
    tallies.forEach(
        (name, tally) -> {
          if (tally.values() > 0) {
            fields.add(new SimFieldInfo(reader, name, fields.size(), tally));
          }
        });
    return fields;
  }
}
