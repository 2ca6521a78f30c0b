// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.arrowworld.cli.Where.Condition;
import org.arrowworld.cli.Where.Operator;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.log.TripleBatch;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyTable;

/** A {@code --where} bound to the keys of a store. */
final class RowFilter {
  private interface Test {
    boolean holds(TripleBatch batch, int row);
  }

  private final Where where;
  private final KeyTable keys;
  private final List<Test> tests = new ArrayList<>();
  private TickSpan ticks = TickSpan.ALL;
  private OptionalInt rid = OptionalInt.empty();

  /**
   * Looks up names and checks that operators and literals suit their types.
   *
   * @throws UsageException pointing at what does not
   */
  RowFilter(Where where, KeyTable keys) {
    this.where = where;
    this.keys = keys;
    where.conditions().forEach(this::add);
  }

  /** Ticks outside of which no row matches. */
  TickSpan ticks() {
    return ticks;
  }

  /** The one rid that matches, if there is only one. */
  OptionalInt rid() {
    return rid;
  }

  boolean matches(TripleBatch batch, int row) {
    for (Test test : tests) {
      if (!test.holds(batch, row)) {
        return false;
      }
    }
    return true;
  }

  private void add(Condition condition) {
    switch (condition.name()) {
      case "tick" -> addTick(condition);
      case "rid" -> addRid(condition);
      case "key" -> addKey(condition);
      case "val" -> addVal(condition);
      default -> addNamed(condition);
    }
  }

  private void addTick(Condition condition) {
    long bound = integer(condition, Long.MAX_VALUE);
    Operator operator = condition.operator();
    tests.add((batch, row) -> operator.holds(Long.compare(batch.tick(row), bound)));
    TickSpan span =
        switch (operator) {
          case EQUAL -> new TickSpan(bound, bound);
          case AT_MOST -> new TickSpan(0, bound);
          case LESS -> new TickSpan(0, bound - 1);
          case AT_LEAST -> new TickSpan(bound, Long.MAX_VALUE);
          case MORE ->
              bound == Long.MAX_VALUE
                  ? new TickSpan(1, 0)
                  : new TickSpan(bound + 1, Long.MAX_VALUE);
          case NOT_EQUAL -> TickSpan.ALL;
        };
    ticks = ticks.and(span);
  }

  private void addRid(Condition condition) {
    long bound = integer(condition, 0xFFFF_FFFFL);
    Operator operator = condition.operator();
    tests.add(
        (batch, row) ->
            operator.holds(Long.compare(Integer.toUnsignedLong(batch.rid(row)), bound)));
    if (operator == Operator.EQUAL) {
      rid = OptionalInt.of((int) bound);
    }
  }

  private long integer(Condition condition, long max) {
    String text = condition.literal().text();
    if (!condition.literal().isQuoted() && text.matches("[0-9]{1,19}")) {
      java.math.BigInteger value = new java.math.BigInteger(text);
      if (value.compareTo(java.math.BigInteger.valueOf(max)) <= 0) {
        return value.longValue();
      }
    }
    throw where.wrong(
        condition.literal().column(),
        Text.of("expected a whole number from 0 to %d, found '%s'", max, text));
  }

  private void addKey(Condition condition) {
    requireEquality(condition, "key");
    boolean equal = condition.operator() == Operator.EQUAL;
    int code = key(condition.literal().text(), condition.literal().column()).code();
    tests.add((batch, row) -> (batch.key(row) == code) == equal);
  }

  private void requireEquality(Condition condition, String what) {
    if (condition.operator().isOrder()) {
      throw where.wrong(
          condition.column(),
          Text.of(
              "%s is a word: compare it with == or !=, not %s",
              what, condition.operator().symbol()));
    }
  }

  private Key key(String name, int column) {
    Optional<Key> key = keys.find(name);
    return key.orElseThrow(
        () -> where.wrong(column, Text.of("this store has no key '%s'%s", name, hint(name))));
  }

  private String hint(String name) {
    String nearest = Nearest.to(name, keys.from(0).stream().map(Key::name).toList());
    return nearest.isEmpty() ? "; aw info lists its keys" : nearest;
  }

  /** Numbers match rows of any number, words those of any word, true and false truth values too. */
  private void addVal(Condition condition) {
    Optional<ValueTest> number = ValueTest.number(condition);
    if (number.isEmpty()) {
      requireEquality(condition, "'" + condition.literal().text() + "'");
    }
    Optional<ValueTest> truth =
        number.isPresent() || condition.literal().isQuoted() ? number : ValueTest.bool(condition);
    String word = condition.literal().text();
    boolean equal = condition.operator() == Operator.EQUAL;
    tests.add(
        (batch, row) -> {
          ColumnType type = keys.key(batch.key(row)).type();
          if (type == ColumnType.BOOL) {
            return truth.isPresent() && truth.get().holds(type, batch.val(row));
          }
          if (type == ColumnType.STRING) {
            return number.isEmpty() && word.equals(batch.word(row)) == equal;
          }
          return number.isPresent() && number.get().holds(type, batch.val(row));
        });
  }

  /** Rows of one key whose value the condition holds for. */
  private void addNamed(Condition condition) {
    Key key = key(condition.name(), condition.column());
    int code = key.code();
    if (key.type() == ColumnType.STRING) {
      requireEquality(condition, key.name());
      String word = condition.literal().text();
      boolean equal = condition.operator() == Operator.EQUAL;
      tests.add((batch, row) -> batch.key(row) == code && word.equals(batch.word(row)) == equal);
      return;
    }
    ValueTest test =
        (key.type() == ColumnType.BOOL ? ValueTest.bool(condition) : ValueTest.number(condition))
            .orElseThrow(() -> expectedNumber(condition, key));
    tests.add((batch, row) -> batch.key(row) == code && test.holds(key.type(), batch.val(row)));
  }

  private UsageException expectedNumber(Condition condition, Key key) {
    return where.wrong(
        condition.literal().column(),
        Text.of(
            "%s is of type %s: expected %s, found '%s'",
            key.name(),
            key.type().label(),
            key.type() == ColumnType.BOOL ? "true or false" : "a number",
            condition.literal().text()));
  }
}
