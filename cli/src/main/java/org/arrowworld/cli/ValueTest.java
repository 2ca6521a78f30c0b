// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import org.arrowworld.cli.Where.Condition;
import org.arrowworld.cli.Where.Operator;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Values;

/**
 * Compares values of log rows with a number. Integers compare exactly; a float32 compares with the
 * number rounded to float32, so that {@code == 0.1} finds what 0.1 was stored as. NaN equals NaN
 * and is neither less nor more than anything.
 */
final class ValueTest {
  private final Operator operator;
  private final double number;
  private final float single;
  private final BigDecimal exact;

  /**
   * @param exact the number, null if it is NaN or infinite
   */
  private ValueTest(Operator operator, double number, BigDecimal exact) {
    this.operator = operator;
    this.number = number;
    this.single = exact == null ? (float) number : exact.floatValue();
    this.exact = exact;
  }

  /** The test a condition makes, if its literal is a number, {@code nan}, {@code inf}, -inf. */
  static Optional<ValueTest> number(Condition condition) {
    if (condition.literal().isQuoted()) {
      return Optional.empty();
    }
    String text = condition.literal().text();
    switch (text.toLowerCase(Locale.ROOT)) {
      case "nan":
        return Optional.of(new ValueTest(condition.operator(), Double.NaN, null));
      case "inf":
        return Optional.of(new ValueTest(condition.operator(), Double.POSITIVE_INFINITY, null));
      case "-inf":
        return Optional.of(new ValueTest(condition.operator(), Double.NEGATIVE_INFINITY, null));
      default:
    }
    if (!isDecimal(text)) {
      return Optional.empty();
    }
    BigDecimal exact = new BigDecimal(text);
    return Optional.of(new ValueTest(condition.operator(), exact.doubleValue(), exact));
  }

  /**
   * Whether a text is a decimal; Java's parser also takes blanks, hexadecimal and a type letter.
   */
  static boolean isDecimal(String text) {
    return text.matches(
        "[+-]?([0-9]{1,400}\\.?[0-9]{0,400}|\\.[0-9]{1,400})([eE][+-]?[0-9]{1,3})?");
  }

  /** The test a condition makes, if its literal is {@code true}, {@code false}, 0 or 1. */
  static Optional<ValueTest> bool(Condition condition) {
    return switch (condition.literal().text()) {
      case "true", "1" -> Optional.of(new ValueTest(condition.operator(), 1, BigDecimal.ONE));
      case "false", "0" -> Optional.of(new ValueTest(condition.operator(), 0, BigDecimal.ZERO));
      default -> Optional.empty();
    };
  }

  /** Whether it holds for a value that a {@code val} pattern carries. */
  boolean holds(ColumnType type, long pattern) {
    return switch (type) {
      case F32 -> floating(Float.intBitsToFloat(Values.toF32Bits(pattern)), single);
      case U64 -> integer(pattern >= 0 ? BigDecimal.valueOf(pattern) : unsigned(pattern));
      case I64 -> integer(BigDecimal.valueOf(pattern));
      case U8, I8, U16, I16, U32, I32 -> integer(BigDecimal.valueOf(Values.toInteger(pattern)));
      default -> floating(Double.longBitsToDouble(pattern), number);
    };
  }

  private static BigDecimal unsigned(long bits) {
    return new BigDecimal(Long.toUnsignedString(bits));
  }

  private boolean floating(double value, double bound) {
    if (Double.isNaN(value) || Double.isNaN(bound)) {
      boolean both = Double.isNaN(value) && Double.isNaN(bound);
      return operator == Operator.NOT_EQUAL ? !both : operator == Operator.EQUAL && both;
    }
    return operator.holds(value < bound ? -1 : value > bound ? 1 : 0);
  }

  private boolean integer(BigDecimal value) {
    return exact == null
        ? floating(value.doubleValue(), number)
        : operator.holds(value.compareTo(exact));
  }
}
