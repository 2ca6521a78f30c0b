// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.simlog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.npy.NpyArray;
import org.arrowworld.npy.NpyType;
import org.arrowworld.npy.NpzReader;
import org.arrowworld.storage.Storage;

/**
 * One {@code chunk_NNNNNN.npz}: triples as parallel arrays, rows of one record together.
 *
 * @param file its name
 * @param records number of records; {@code rids} are below it
 * @param rids record numbers within the chunk, ascending
 * @param keys key numbers
 * @param vals values
 */
record SimLogChunk(String file, int records, NpyArray rids, NpyArray keys, NpyArray vals) {

  /** Records without any value are rare; a count far beyond the values is no count. */
  private static final long MAX_EMPTY = 1_000_000;

  /**
   * Reads and checks a chunk.
   *
   * @throws DamagedFileException if anything in it is not as the reference writes it
   */
  static SimLogChunk read(Storage storage, String file) throws IOException {
    try (NpzReader npz = NpzReader.open(storage, file)) {
      for (String name : new String[] {"_meta", "rids", "keys", "vals"}) {
        if (!npz.names().contains(name)) {
          throw new DamagedFileException(file, -1, Text.of("it has no array '%s'", name));
        }
      }
      SimLogChunk chunk =
          new SimLogChunk(
              file,
              recordCount(file, array(npz, file, "_meta", NpyType.U8)),
              array(npz, file, "rids", NpyType.I32),
              array(npz, file, "keys", NpyType.I16),
              array(npz, file, "vals", NpyType.F64));
      chunk.check();
      return chunk;
    }
  }

  private static NpyArray array(NpzReader npz, String file, String name, NpyType type)
      throws IOException {
    NpyArray array = npz.read(name);
    if (array.type() != type || array.shape().length != 1) {
      throw new DamagedFileException(
          file,
          -1,
          Text.of("'%s' is %s, expected one dimension of %s", name, array.header(), type));
    }
    return array;
  }

  private static int recordCount(String file, NpyArray meta) throws IOException {
    ByteBuffer bytes = meta.bytes();
    byte[] text = new byte[bytes.remaining()];
    bytes.get(text);
    String name = file + " _meta";
    return JsonObject.parse(name, new String(text, StandardCharsets.UTF_8)).count("row_count");
  }

  private void check() throws DamagedFileException {
    if (rids.size() != keys.size() || rids.size() != vals.size()) {
      throw new DamagedFileException(
          file,
          -1,
          Text.of(
              "it has %d rids, %d keys and %d vals, expected as many of each",
              rids.size(), keys.size(), vals.size()));
    }
    if (records > 2 * rids.size() + MAX_EMPTY) {
      throw new DamagedFileException(
          file, -1, Text.of("row_count is %d, but there are %d values", records, rids.size()));
    }
    long previous = 0;
    for (long i = 0; i < rids.size(); i++) {
      long rid = rids.longAt(i);
      if (rid < previous || rid >= records) {
        throw new DamagedFileException(
            file, -1, Text.of("rids[%d] is %d, expected %d to %d", i, rid, previous, records - 1));
      }
      if (keys.longAt(i) < 0) {
        throw new DamagedFileException(
            file, -1, Text.of("keys[%d] is %d, expected 0 or more", i, keys.longAt(i)));
      }
      previous = rid;
    }
  }

  /** Number of triples. */
  long triples() {
    return rids.size();
  }
}
