// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

/** The Arrow types this project writes. */
public enum IpcType {
  U8(1, false),
  I8(1, true),
  U16(2, false),
  I16(2, true),
  U32(4, false),
  I32(4, true),
  U64(8, false),
  I64(8, true),
  F32(4, true),
  F64(8, true),
  UTF8(0, false),
  /** Bits; written by exports only, tables hold their bools as bytes. */
  BOOL(0, false);

  private final int widthBytes;
  private final boolean signed;

  IpcType(int widthBytes, boolean signed) {
    this.widthBytes = widthBytes;
    this.signed = signed;
  }

  /** Bytes of a value; 0 for UTF-8, whose values vary, and for bits. */
  public int widthBytes() {
    return widthBytes;
  }

  boolean isSigned() {
    return signed;
  }

  boolean isFloat() {
    return this == F32 || this == F64;
  }

  /** The integer type of a width and sign. */
  static IpcType integer(int bits, boolean signed) {
    for (IpcType type : values()) {
      if (type.widthBytes * 8 == bits && type.signed == signed && !type.isFloat()) {
        return type;
      }
    }
    return null;
  }
}
