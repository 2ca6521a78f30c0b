// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

import java.util.Map;

/**
 * A field of an IPC schema, of the few types this project writes.
 *
 * @param name field name
 * @param type type of its values (of the dictionary's values, if it is encoded)
 * @param nullable whether values may be null
 * @param dictionary the dictionary encoding, or null for a plain field
 * @param metadata custom metadata
 */
public record IpcField(
    String name,
    IpcType type,
    boolean nullable,
    DictionaryRef dictionary,
    Map<String, String> metadata) {

  /** Which dictionary a field refers to, and how wide its unsigned indices are. */
  public record DictionaryRef(long id, int indexBytes) {}

  /** A plain field without nulls. */
  public static IpcField plain(String name, IpcType type) {
    return new IpcField(name, type, false, null, Map.of());
  }

  /** A field of words, as unsigned indices into a dictionary. */
  public static IpcField words(String name, long dictionaryId, int indexBytes) {
    return new IpcField(
        name, IpcType.UTF8, false, new DictionaryRef(dictionaryId, indexBytes), Map.of());
  }

  /** This field with other custom metadata. */
  public IpcField with(Map<String, String> pairs) {
    return new IpcField(name, type, nullable, dictionary, pairs);
  }

  /** This field, nullable. */
  public IpcField withNulls() {
    return new IpcField(name, type, true, dictionary, metadata);
  }

  /** Bytes of one value in the data buffer; 0 for plain UTF-8. */
  public int widthBytes() {
    return dictionary != null ? dictionary.indexBytes() : type.widthBytes();
  }
}
