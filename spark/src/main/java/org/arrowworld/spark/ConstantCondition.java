// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.util.Map;
import org.apache.spark.sql.sources.And;
import org.apache.spark.sql.sources.EqualTo;
import org.apache.spark.sql.sources.Filter;
import org.apache.spark.sql.sources.GreaterThan;
import org.apache.spark.sql.sources.GreaterThanOrEqual;
import org.apache.spark.sql.sources.In;
import org.apache.spark.sql.sources.IsNotNull;
import org.apache.spark.sql.sources.IsNull;
import org.apache.spark.sql.sources.LessThan;
import org.apache.spark.sql.sources.LessThanOrEqual;
import org.apache.spark.sql.sources.Not;
import org.apache.spark.sql.sources.Or;
import org.apache.spark.sql.sources.StringStartsWith;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Conditions on columns of which some have a known value.
 *
 * @param values by column; null: the column is null
 */
record ConstantCondition(Map<String, Object> values) {

  /** Whether the condition holds; null where that is not known. */
  Boolean test(Filter filter) {
    if (filter instanceof And and) {
      Boolean left = test(and.left());
      Boolean right = test(and.right());
      if (Boolean.FALSE.equals(left) || Boolean.FALSE.equals(right)) {
        return false;
      }
      return (left == null || right == null) ? null : Boolean.TRUE;
    }
    if (filter instanceof Or or) {
      Boolean left = test(or.left());
      Boolean right = test(or.right());
      if (Boolean.TRUE.equals(left) || Boolean.TRUE.equals(right)) {
        return true;
      }
      return (left == null || right == null) ? null : Boolean.FALSE;
    }
    if (filter instanceof Not not) {
      Boolean inner = test(not.child());
      return inner == null ? null : Boolean.valueOf(!inner);
    }
    return testOne(filter);
  }

  /**
   * A condition on one column. Compared with null a value gives null in SQL, which passes neither
   * the condition nor its opposite: it is taken as not known.
   */
  private Boolean testOne(Filter filter) {
    if (filter.references().length != 1 || !values.containsKey(filter.references()[0])) {
      return null;
    }
    Object value = values.get(filter.references()[0]);
    if (filter instanceof IsNull) {
      return value == null;
    }
    if (filter instanceof IsNotNull) {
      return value != null;
    }
    if (value == null) {
      return null;
    }
    if (filter instanceof In in) {
      return in(value, in.values());
    }
    if (filter instanceof StringStartsWith start) {
      return value instanceof String text ? text.startsWith(start.value()) : null;
    }
    if (filter instanceof EqualTo other) {
      Integer order = compare(value, other.value());
      return order == null ? null : order == 0;
    }
    if (filter instanceof GreaterThan other) {
      Integer order = compare(value, other.value());
      return order == null ? null : order > 0;
    }
    if (filter instanceof GreaterThanOrEqual other) {
      Integer order = compare(value, other.value());
      return order == null ? null : order >= 0;
    }
    if (filter instanceof LessThan other) {
      Integer order = compare(value, other.value());
      return order == null ? null : order < 0;
    }
    if (filter instanceof LessThanOrEqual other) {
      Integer order = compare(value, other.value());
      return order == null ? null : order <= 0;
    }
    return null;
  }

  private static Boolean in(Object value, Object[] others) {
    boolean isKnown = true;
    for (Object other : others) {
      Integer order = compare(value, other);
      if (order == null) {
        isKnown = false;
      } else if (order == 0) {
        return true;
      }
    }
    return isKnown ? Boolean.FALSE : null;
  }

  /** The order of two values as Spark has it; null where their types differ. */
  private static Integer compare(Object a, Object b) {
    if (a instanceof String x && b instanceof String y) {
      return UTF8String.fromString(x).compareTo(UTF8String.fromString(y));
    }
    if (a instanceof Long x && b instanceof Long y) {
      return x.compareTo(y);
    }
    if (a instanceof Boolean x && b instanceof Boolean y) {
      return x.compareTo(y);
    }
    if (a instanceof Double x && b instanceof Double y) {
      return x.doubleValue() == y.doubleValue() ? Integer.valueOf(0) : x.compareTo(y); // -0.0 = 0.0
    }
    return null;
  }
}
