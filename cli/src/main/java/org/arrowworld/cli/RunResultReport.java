// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.nio.file.Path;
import org.arrowworld.ecosystem.PopulationSummary;
import org.arrowworld.ecosystem.RunResult;
import org.arrowworld.internal.Text;

/** What a run did, for people and programs. */
final class RunResultReport {
  private RunResultReport() {}

  static Report of(Path store, RunResult result) {
    PopulationSummary population = result.population();
    double seconds = result.elapsedNanos() / 1e9;
    return new Report()
        .add("store", store.toString())
        .add("preset", result.preset())
        .add("seed", result.seed())
        .add("ticks", result.ticks(), ticks(result))
        .json("last_tick", result.lastTick())
        .json("stopped", result.stopped())
        .json("creatures", population.end())
        .line(
            "creatures",
            Text.of(
                "%,d, from %,d; %,d to %,d between",
                population.end(), population.start(), population.min(), population.max()))
        .json("creatures_start", population.start())
        .json("creatures_min", population.min())
        .json("creatures_max", population.max())
        .add("born", population.born(), Text.of("%,d", population.born()))
        .add("died", population.died(), Text.of("%,d", population.died()))
        .add("eaten", population.eaten(), Text.of("%,d", population.eaten()))
        .add("triples", result.triples(), Text.of("%,d in %.2f s", result.triples(), seconds))
        .json("seconds", seconds)
        .line(
            "rates",
            Text.of(
                "%,.0f ticks/s, %,.0f triples/s",
                result.ticksPerSecond(), result.triplesPerSecond()))
        .json("log_triples", result.logTriples())
        .add("log_bytes", result.logBytes(), Text.of("%,d", result.logBytes()))
        .add("hash_world", result.hashWorld())
        .json("pyarrow", Pyarrow.log(store))
        .line("open it", Pyarrow.log(store));
  }

  private static String ticks(RunResult result) {
    String ticks = Text.of("%,d, the last is tick %d", result.ticks(), result.lastTick());
    return result.stopped() ? ticks + " (stopped)" : ticks;
  }
}
