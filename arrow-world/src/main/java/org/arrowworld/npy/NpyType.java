// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

/** The element types read and written. Object, void, string and complex types are refused. */
public enum NpyType {
  BOOL('b', 1),
  I8('i', 1),
  U8('u', 1),
  I16('i', 2),
  U16('u', 2),
  I32('i', 4),
  U32('u', 4),
  I64('i', 8),
  U64('u', 8),
  F32('f', 4),
  F64('f', 8);

  private final char kind;
  private final int itemBytes;

  NpyType(char kind, int itemBytes) {
    this.kind = kind;
    this.itemBytes = itemBytes;
  }

  /** Bytes of one element. */
  public int itemBytes() {
    return itemBytes;
  }

  /** NumPy's name of the type in little-endian order: {@code <f8}, {@code |b1}. */
  public String descr() {
    return (itemBytes == 1 ? "|" : "<") + kind + itemBytes;
  }

  /** Whether elements are floating point numbers. */
  public boolean isFloat() {
    return kind == 'f';
  }

  /** The type of one of NumPy's names, such as {@code int64}, or null if there is none. */
  static NpyType ofName(String name) {
    for (NpyType type : values()) {
      String family =
          switch (type.kind) {
            case 'i' -> "int";
            case 'u' -> "uint";
            case 'f' -> "float";
            default -> "bool";
          };
      if (name.equals(type == BOOL ? family : family + 8 * type.itemBytes)) {
        return type;
      }
    }
    return null;
  }

  /** The type of a kind letter and size, or null if there is none. */
  static NpyType of(char kind, int itemBytes) {
    for (NpyType type : values()) {
      if (type.kind == kind && type.itemBytes == itemBytes) {
        return type;
      }
    }
    return null;
  }
}
