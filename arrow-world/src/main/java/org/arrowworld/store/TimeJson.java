// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.store;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.json.JsonObject;

/** The time of ticks as the JSON member {@code time} (spec S-16). */
public final class TimeJson {
  /** The name of the member. */
  public static final String MEMBER = "time";

  private static final String INSTANT =
      "[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3])(:[0-5][0-9]){2}(\\.[0-9]{1,9})?Z";

  private TimeJson() {}

  /** The tree of a time. */
  public static Map<String, Object> tree(TickTime time) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("zero", time.zero());
    json.put("step", time.step());
    json.put("unit", time.unit());
    time.since().ifPresent(instant -> json.put("since", instant.toString()));
    return json;
  }

  /** The time an object says, if it says one. */
  public static Optional<TickTime> of(JsonObject object) throws DamagedFileException {
    Optional<JsonObject> found = object.optionalObject(MEMBER);
    return found.isEmpty() ? Optional.empty() : Optional.of(time(found.get()));
  }

  private static TickTime time(JsonObject json) throws DamagedFileException {
    try {
      Optional<Instant> since = Optional.empty();
      if (json.has("since")) {
        String text = json.string("since");
        if (!text.matches(INSTANT)) {
          throw json.wrong("since", "an instant as 2026-11-30T12:00:00Z", text);
        }
        since = Optional.of(Instant.parse(text));
      }
      return new TickTime(json.string("zero"), json.string("step"), json.string("unit"), since);
    } catch (InvalidUseException | DateTimeException e) {
      throw new DamagedFileException(json.file(), -1, "its time: " + e.getMessage(), e);
    }
  }
}
