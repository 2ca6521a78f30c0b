package org.arrowworld.log;

import java.io.IOException;
import java.util.Optional;
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

  static Optional<Fence> read(Storage storage) throws IOException {
    if (!storage.exists(PATH)) {
      return Optional.empty();
    }
    JsonObject json = ChecksummedJson.read(storage, PATH);
    return Optional.of(new Fence(json.hex64("tick"), json.hex64("seq"), json.count("epoch")));
  }
}
