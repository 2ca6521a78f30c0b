// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.storage.Storage;

/**
 * The mark of a truncation under way (spec L-21).
 *
 * @param tick last tick that stays
 * @param seq rows from here on do not exist
 * @param epoch counts truncations
 */
record Fence(long tick, long seq, int epoch) {
  static final String PATH = "fence.json";

  void write(Storage storage) throws IOException {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("tick", Digits.hex16(tick));
    json.put("seq", Digits.hex16(seq));
    json.put("epoch", epoch);
    ChecksummedJson.write(storage, PATH, json);
  }

  static Optional<Fence> read(Storage storage) throws IOException {
    if (!storage.exists(PATH)) {
      return Optional.empty();
    }
    JsonObject json;
    try {
      json = ChecksummedJson.read(storage, PATH);
    } catch (NoSuchFileException e) {
      return Optional.empty(); // the truncation was finished this moment
    }
    Fence fence = new Fence(json.hex64("tick"), json.hex64("seq"), json.count("epoch"));
    if (fence.tick < 0 || fence.seq < 0) {
      throw new DamagedFileException(PATH, -1, "its tick or seq is not below 2^63");
    }
    return Optional.of(fence);
  }
}
