// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.schema;

import java.util.Locale;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/** The types a column can have, and how a value of each travels in a log row's {@code val}. */
public enum ColumnType {
  U8(1, KeyEncoding.VALUE),
  I8(1, KeyEncoding.VALUE),
  U16(2, KeyEncoding.VALUE),
  I16(2, KeyEncoding.VALUE),
  U32(4, KeyEncoding.VALUE),
  I32(4, KeyEncoding.VALUE),
  U64(8, KeyEncoding.BITS),
  I64(8, KeyEncoding.BITS),
  F32(4, KeyEncoding.VALUE),
  F64(8, KeyEncoding.VALUE),
  /** Stored as a byte, 0 or 1. */
  BOOL(1, KeyEncoding.VALUE),
  /** Stored as the u32 code of a word in the store's codebook. */
  STRING(4, KeyEncoding.CODE);

  private final int widthBytes;
  private final KeyEncoding encoding;

  ColumnType(int widthBytes, KeyEncoding encoding) {
    this.widthBytes = widthBytes;
    this.encoding = encoding;
  }

  /** Bytes one value takes in a table. */
  public int widthBytes() {
    return widthBytes;
  }

  /** How the log carries it. */
  public KeyEncoding encoding() {
    return encoding;
  }

  /** Whether values are IEEE floats. */
  public boolean isFloat() {
    return this == F32 || this == F64;
  }

  /** Whether values are integers: the signed and unsigned ones, not bool, not string. */
  public boolean isInteger() {
    return !isFloat() && this != BOOL && this != STRING;
  }

  /** Smallest integer of the type (the signed 64-bit one aside), for range checks. */
  public double minValue() {
    return switch (this) {
      case I8 -> Byte.MIN_VALUE;
      case I16 -> Short.MIN_VALUE;
      case I32 -> Integer.MIN_VALUE;
      default -> 0;
    };
  }

  /** Largest integer of the type (the 64-bit ones aside), for range checks. */
  public double maxValue() {
    return switch (this) {
      case U8 -> 0xFF;
      case I8 -> Byte.MAX_VALUE;
      case U16 -> 0xFFFF;
      case I16 -> Short.MAX_VALUE;
      case U32, STRING -> 0xFFFF_FFFFL;
      case I32 -> Integer.MAX_VALUE;
      case BOOL -> 1;
      default -> Double.MAX_VALUE;
    };
  }

  /** The name in schemas: {@code u8} ... {@code string}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The type of a {@link #label}. */
  public static ColumnType ofLabel(String label) {
    for (ColumnType type : values()) {
      if (type.label().equals(label)) {
        return type;
      }
    }
    throw new InvalidUseException(
        Text.of("Unknown column type '%s': expected one of u8 ... f64, bool, string", label));
  }
}
