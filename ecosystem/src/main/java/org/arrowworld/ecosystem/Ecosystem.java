// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.io.Closeable;
import java.util.List;
import org.arrowworld.tick.Tick;

/**
 * The simulation: fills the mutations of a tick. It keeps nothing from one tick to the next, so one
 * made anew over a resumed world goes on as if it had never stopped.
 *
 * <pre>{@code
 * Ecosystem ecosystem = new Ecosystem(Preset.TINY, 1, FoodRatePolicy.seasonal(Preset.TINY));
 * live.tick(0, ecosystem::initialWorld);
 * live.tick(ecosystem::step);
 * }</pre>
 *
 * <p>Used by one thread.
 */
public final class Ecosystem implements Closeable {
  private final FoodRatePolicy policy;
  private final SlotWorkers workers;
  private final TickPlan plan;
  private final List<TickSystem> systems;

  /**
   * A simulation of worlds of {@link EcosystemSchema#VERSION_1}.
   *
   * @param seed chooses the random numbers; the same for all ticks of a run
   */
  public Ecosystem(Preset preset, long seed, FoodRatePolicy policy) {
    this(preset, seed, policy, 1);
  }

  /**
   * A simulation on several threads; their number changes nothing in the outcome.
   *
   * @param threads that share the work, the caller's among them
   */
  public Ecosystem(Preset preset, long seed, FoodRatePolicy policy, int threads) {
    this.policy = policy;
    this.workers = new SlotWorkers(threads);
    this.plan = new TickPlan(preset, seed, workers);
    this.systems = systems(preset);
  }

  /** The systems in their order; cleanup, the core library's, comes after them. */
  static List<TickSystem> systems(Preset preset) {
    return List.of(
        new FoodSpawn(),
        new Motion(),
        new NextEvent(preset),
        new ApplyEat(),
        new ApplyReproduce(),
        new ApplyStarve(),
        new Inspect());
  }

  /** Fills tick 0 of an empty world. */
  public void initialWorld(Tick mutations) {
    plan.begin(mutations, List.of());
    InitialWorld.insert(mutations, plan);
  }

  /** Fills a later tick. */
  public void step(Tick mutations) {
    List<FoodRate> rates = policy.rates(mutations.tick(), mutations.world());
    for (FoodRate rate : rates) {
      mutations.input("food_rate", rate.spawnerId(), rate.rowsPerSecond());
    }
    plan.begin(mutations, rates);
    for (int i = 0; i < systems.size(); i++) {
      plan.system = i + 1;
      mutations.system(plan.system);
      systems.get(i).run(mutations, plan);
    }
  }

  /** Ends the threads it began, if it did. */
  @Override
  public void close() {
    workers.close();
  }
}
