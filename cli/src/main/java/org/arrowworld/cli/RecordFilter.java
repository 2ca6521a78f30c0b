// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.arrowworld.cli.Where.Condition;
import org.arrowworld.cli.Where.Operator;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.simlog.SimFieldInfo;
import org.arrowworld.simlog.SimLogReader;
import org.arrowworld.simlog.SimRecordView;
import org.arrowworld.simlog.SimType;

/**
 * A {@code --where} over the fields of a record log. A record without a field matches no condition
 * on it; in a field of mixed type values of another type than the literal match none either: quoted
 * it is a word, and {@code true} and {@code false} are words and truth values.
 */
final class RecordFilter {
  private interface Test {
    boolean holds(SimRecordView record);
  }

  private final Where where;
  private final List<Test> tests = new ArrayList<>();

  private RecordFilter(Where where) {
    this.where = where;
  }

  /**
   * The filter, if every name is a field's; else the names are those of rows.
   *
   * @throws UsageException pointing at an operator or literal that does not suit its field
   */
  static Optional<RecordFilter> of(Where where, SimLogReader reader) {
    RecordFilter filter = new RecordFilter(where);
    for (Condition condition : where.conditions()) {
      Optional<SimFieldInfo> field = reader.find(condition.name());
      if (field.isEmpty()) {
        return Optional.empty();
      }
      filter.tests.add(filter.test(condition, field.get()));
    }
    return Optional.of(filter);
  }

  boolean matches(SimRecordView record) {
    for (Test test : tests) {
      if (!test.holds(record)) {
        return false;
      }
    }
    return true;
  }

  private Test test(Condition condition, SimFieldInfo field) {
    Optional<ValueTest> number = ValueTest.number(condition);
    boolean mayBeBool = number.isEmpty() && !condition.literal().isQuoted();
    Optional<ValueTest> bool =
        mayBeBool || field.type() == SimType.BOOL ? ValueTest.bool(condition) : Optional.empty();
    boolean mayBeWord = number.isEmpty() || field.type() == SimType.STRING;
    boolean equal = condition.operator() == Operator.EQUAL;
    String word = condition.literal().text();
    switch (field.type()) {
      case INT64, FLOAT64 -> require(number.isPresent(), condition, field, "a number");
      case BOOL -> require(bool.isPresent(), condition, field, "true or false");
      default -> {
        if (mayBeWord && condition.operator().isOrder()) {
          throw where.wrong(
              condition.column(),
              Text.of(
                  "%s is a word: compare it with == or !=, not %s",
                  field.name(), condition.operator().symbol()));
        }
      }
    }
    return record -> {
      if (!record.has(field)) {
        return false;
      }
      return switch (record.type(field)) {
        case INT64 ->
            number.isPresent() && number.get().holds(ColumnType.I64, record.longValue(field));
        case FLOAT64 ->
            number.isPresent()
                && number
                    .get()
                    .holds(ColumnType.F64, Double.doubleToRawLongBits(record.doubleValue(field)));
        case BOOL ->
            bool.isPresent()
                && bool.get()
                    .holds(ColumnType.F64, Double.doubleToRawLongBits(record.bool(field) ? 1 : 0));
        case STRING -> mayBeWord && word.equals(record.string(field)) == equal;
        case MIXED -> throw new IllegalStateException("a value has a type of its own");
      };
    };
  }

  private void require(boolean holds, Condition condition, SimFieldInfo field, String expected) {
    if (!holds) {
      throw where.wrong(
          condition.literal().column(),
          Text.of(
              "field %s is of type %s: expected %s, found '%s'",
              field.name(),
              field.type().name().toLowerCase(Locale.ROOT),
              expected,
              condition.literal().text()));
    }
  }
}
