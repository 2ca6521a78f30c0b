// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.sources.And;
import org.apache.spark.sql.sources.EqualTo;
import org.apache.spark.sql.sources.Filter;
import org.apache.spark.sql.sources.GreaterThan;
import org.apache.spark.sql.sources.GreaterThanOrEqual;
import org.apache.spark.sql.sources.In;
import org.apache.spark.sql.sources.LessThan;
import org.apache.spark.sql.sources.LessThanOrEqual;
import org.apache.spark.sql.sources.Or;

/**
 * What a query's conditions say of the rows it wants: no row outside passes them. Spark applies the
 * conditions themselves to what is read, so that a wider answer is right too, only slower.
 */
final class Pruning implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Nothing is known. */
  static final Pruning NONE = new Pruning(List.of());

  /** Whole numbers from one to another, both included; none if the first is greater. */
  record Range(long first, long last) implements Serializable {
    static final Range ALL = new Range(Long.MIN_VALUE, Long.MAX_VALUE);
    private static final Range EMPTY = new Range(Long.MAX_VALUE, Long.MIN_VALUE);

    boolean isEmpty() {
      return first > last;
    }

    boolean holds(long value) {
      return first <= value && value <= last;
    }

    private Range and(Range other) {
      return new Range(Math.max(first, other.first), Math.min(last, other.last));
    }

    /** The least range with both. */
    private Range or(Range other) {
      return new Range(Math.min(first, other.first), Math.max(last, other.last));
    }
  }

  @SuppressWarnings("serial") // each kind of Spark's conditions can be serialised
  private final Filter[] conditions;

  /**
   * @param conditions each of which a wanted row passes
   */
  Pruning(List<Filter> conditions) {
    this.conditions = conditions.toArray(Filter[]::new);
  }

  /** Whether rows with these values may be wanted. */
  boolean mayHold(Map<String, Object> constants) {
    ConstantCondition known = new ConstantCondition(constants);
    return Arrays.stream(conditions).noneMatch(c -> Boolean.FALSE.equals(known.test(c)));
  }

  /** The values of an integer column that may be wanted. */
  Range range(String column) {
    return Arrays.stream(conditions).map(c -> range(c, column)).reduce(Range.ALL, Range::and);
  }

  private static Range range(Filter filter, String column) {
    if (filter instanceof And and) {
      return range(and.left(), column).and(range(and.right(), column));
    }
    if (filter instanceof Or or) {
      return range(or.left(), column).or(range(or.right(), column));
    }
    if (filter instanceof EqualTo is && isNumber(is.attribute(), is.value(), column)) {
      return new Range((Long) is.value(), (Long) is.value());
    }
    if (filter instanceof In in
        && in.attribute().equals(column)
        && Arrays.stream(in.values()).allMatch(Long.class::isInstance)) {
      return Arrays.stream(in.values())
          .map(v -> new Range((Long) v, (Long) v))
          .reduce(Range.EMPTY, Range::or);
    }
    if (filter instanceof GreaterThanOrEqual least
        && isNumber(least.attribute(), least.value(), column)) {
      return new Range((Long) least.value(), Long.MAX_VALUE);
    }
    if (filter instanceof GreaterThan above && isNumber(above.attribute(), above.value(), column)) {
      long value = (Long) above.value();
      return value == Long.MAX_VALUE ? Range.EMPTY : new Range(value + 1, Long.MAX_VALUE);
    }
    if (filter instanceof LessThanOrEqual most
        && isNumber(most.attribute(), most.value(), column)) {
      return new Range(Long.MIN_VALUE, (Long) most.value());
    }
    if (filter instanceof LessThan below && isNumber(below.attribute(), below.value(), column)) {
      long value = (Long) below.value();
      return value == Long.MIN_VALUE ? Range.EMPTY : new Range(Long.MIN_VALUE, value - 1);
    }
    return Range.ALL;
  }

  private static boolean isNumber(String attribute, Object value, String column) {
    return attribute.equals(column) && value instanceof Long;
  }

  /** Whether rows with this word in a column may be wanted. */
  boolean mayHoldWord(String column, String word) {
    return mayHold(Collections.singletonMap(column, word));
  }

  @Override
  public String toString() {
    return Arrays.toString(conditions);
  }
}
