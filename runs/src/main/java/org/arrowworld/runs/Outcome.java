// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.log.LogPosition;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.Storage;

/**
 * {@code outcomes/<run>.json}: how a run ended (spec R-5).
 *
 * @param end where its log ended
 * @param failure why it failed; empty if it is done
 */
record Outcome(LogPosition end, Optional<String> failure) {
  private static final String FOLDER = "outcomes";
  private static final String KIND = "arrow-world outcome";

  static String path(String run) {
    return FOLDER + "/" + run + ".json";
  }

  static Optional<Outcome> read(Storage folder, String run) throws IOException {
    String path = path(run);
    if (!folder.exists(path)) {
      return Optional.empty();
    }
    JsonObject json = ChecksummedJson.read(folder, path);
    if (!json.string("kind").equals(KIND) || !json.string("run").equals(run)) {
      throw json.wrong("run", "the outcome of " + run, json.string("run"));
    }
    LogPosition end =
        json.has("tick")
            ? new LogPosition(json.hex64("tick"), json.hex64("seq"), json.hex64("chain"))
            : LogPosition.START;
    return switch (json.string("outcome")) {
      case "done" -> Optional.of(new Outcome(end, Optional.empty()));
      case "failed" -> Optional.of(new Outcome(end, Optional.of(json.string("message"))));
      default -> throw json.wrong("outcome", "done or failed", json.string("outcome"));
    };
  }

  void write(Storage folder, String run) throws IOException {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("kind", KIND);
    members.put("run", run);
    members.put("outcome", failure.isPresent() ? "failed" : "done");
    if (end.tick() >= 0) {
      members.put("tick", Digits.hex16(end.tick()));
      members.put("seq", Digits.hex16(end.seq()));
      members.put("chain", Digits.hex16(end.chain()));
    }
    failure.ifPresent(message -> members.put("message", message));
    if (!folder.exists(FOLDER)) {
      AtomicFiles.createDirectories(folder, FOLDER);
    }
    ChecksummedJson.write(folder, path(run), members);
  }

  static void delete(Storage folder, String run) throws IOException {
    if (folder.exists(path(run))) {
      folder.delete(path(run));
      folder.forceDirectory(FOLDER);
    }
  }
}
