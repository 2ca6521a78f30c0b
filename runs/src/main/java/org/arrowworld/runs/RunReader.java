// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.log.LogPosition;
import org.arrowworld.published.Location;
import org.arrowworld.storage.Storage;

/** Tells the state of a run from its own files (spec ). */
final class RunReader {
  private final Path folder;
  private final Storage storage;
  private final Map<String, Parameters> plan;

  RunReader(Path folder, Storage storage, Map<String, Parameters> plan) {
    this.folder = folder;
    this.storage = storage;
    this.plan = plan;
  }

  Parameters planned(String name) {
    return plan.getOrDefault(name, Parameters.NONE);
  }

  RunFiles files(String name) {
    return new RunFiles(folder.resolve(name), folder.resolve(Outcome.path(name)));
  }

  /** What a store says of a run; the log ends at {@code START} where no tick was committed. */
  private record Said(Map<String, String> properties, String id, LogPosition end, long rows) {}

  /** Reads a run whose mark was taken before. */
  Run read(String name, Optional<String> mark) {
    Optional<Outcome> outcome = Optional.empty();
    Optional<Said> said = Optional.empty();
    RunFiles files = files(name);
    Optional<String> damage =
        files.isLink() ? Optional.of("it is a link, and links are not followed") : Optional.empty();
    boolean live = false;
    try {
      outcome = Outcome.read(storage, name);
      if (files.hasStore()) {
        said = Optional.of(said(name));
        live = files.isLive();
      }
    } catch (IOException | InvalidUseException e) {
      damage = Optional.of(String.valueOf(e.getMessage()));
    }
    Map<String, String> texts = new LinkedHashMap<>(planned(name).texts());
    Map<String, String> properties = said.map(Said::properties).orElse(Map.of());
    for (Map.Entry<String, String> property : properties.entrySet()) {
      String given = texts.get(property.getKey());
      if (given == null && Parameters.isName(property.getKey())) {
        texts.put(property.getKey(), property.getValue());
      } else if (given != null
          && !Parameters.sense(given).equals(Parameters.sense(property.getValue()))) {
        damage =
            Optional.of(
                Text.of(
                    "the store says that %s is %s, the plan that it is %s",
                    property.getKey(), property.getValue(), given));
      }
    }
    LogPosition end = said.map(Said::end).orElse(LogPosition.START);
    Optional<String> failure = outcome.flatMap(Outcome::failure);
    if (!files.hasStore() && !files.isLink()) {
      damage = Optional.empty(); // there is nothing that could be damaged
      outcome = outcome.filter(found -> found.failure().isPresent());
    }
    RunState state =
        failure.isPresent()
            ? RunState.FAILED
            : damage.isPresent() ? RunState.DAMAGED : state(name, end, outcome, live);
    return new Run(
        name,
        Location.of(folder.resolve(name)),
        Parameters.ofTexts(texts),
        state,
        end.tick() < 0 ? OptionalLong.empty() : OptionalLong.of(end.tick()),
        end.tick() < 0 ? OptionalLong.empty() : OptionalLong.of(said.orElseThrow().rows()),
        failure.isPresent() ? failure : damage,
        said.map(Said::id),
        state == RunState.DAMAGED ? Optional.empty() : mark);
  }

  private RunState state(String name, LogPosition end, Optional<Outcome> outcome, boolean live) {
    if (outcome.isPresent()) {
      return outcome.get().end().equals(end) ? RunState.DONE : RunState.BEGUN;
    }
    if (end.tick() < 0) {
      return RunState.WAITING;
    }
    return plan.containsKey(name) || live ? RunState.BEGUN : RunState.DONE;
  }

  private Said said(String name) throws IOException {
    try (Store store = Store.open(folder.resolve(name))) {
      return new Said(
          store.info().properties(),
          store.info().id().hex(),
          store.isEmpty() ? LogPosition.START : store.end(),
          store.log().end().seq() - store.log().start().seq());
    }
  }
}
