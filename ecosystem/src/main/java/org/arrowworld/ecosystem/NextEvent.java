// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.arrowworld.ecosystem.TickPlan.Event;
import org.arrowworld.ecosystem.TickPlan.EventType;
import org.arrowworld.table.TableView;
import org.arrowworld.tick.Tick;

/**
 * Finds each creature's first event inside the tick: it reaches food, splits, or starves. Events
 * are settled in order of (time, creature id); whoever comes late for food looks for its next event
 * among what is left, which lies later, so the outcome is that of a continuous run of time.
 */
final class NextEvent implements TickSystem {
  /** A little more than reach, so that rounding at a cell's border loses nothing. */
  private static final double MARGIN = 1.001;

  private final FoodGrid grid;
  private final BitSet eaten = new BitSet();
  private final PriorityQueue<Event> queue = new PriorityQueue<>();

  NextEvent(Preset preset) {
    double longestPath = preset.speed() * preset.tickSeconds() + 2 * preset.reach();
    grid = new FoodGrid(new Torus(preset.worldSize()), longestPath);
  }

  @Override
  public String name() {
    return "nextEvent";
  }

  @Override
  public Set<String> reads() {
    return Set.of("food.pos_x", "food.pos_y", "plan.paths", "plan.energy");
  }

  @Override
  public Set<String> writes() {
    return Set.of("plan.events");
  }

  @Override
  public void run(Tick mutations, TickPlan plan) {
    grid.fill(mutations.world().table("food"));
    eaten.clear();
    List<Search> searches = new ArrayList<>();
    plan.randoms.forEach(random -> searches.add(new Search(mutations, plan, random)));
    plan.workers.run(plan.creatures, (worker, from, to) -> searches.get(worker).collect(from, to));
    searches.forEach(search -> queue.addAll(search.found));
    Search search = searches.get(0);
    for (Event event = queue.poll(); event != null; event = queue.poll()) {
      if (event.type() != EventType.EAT) {
        plan.events.add(event);
      } else if (!eaten.get(event.foodSlot())) {
        eaten.set(event.foodSlot());
        plan.events.add(event);
      } else {
        Event later = search.next(event.creatureSlot());
        if (later != null) {
          queue.add(later);
        }
      }
    }
  }

  /** Looks for creatures' events; one per worker. */
  private final class Search {
    private final long tick;
    private final TickPlan plan;
    private final CounterRandom random;
    private final TableView creatures;
    private final TableView food;
    private final double tickSeconds;
    private final List<Event> found = new ArrayList<>();
    private double bestSeconds;
    private int bestFood;

    Search(Tick mutations, TickPlan plan, CounterRandom random) {
      this.tick = mutations.tick();
      this.plan = plan;
      this.random = random;
      this.creatures = mutations.world().table("creature");
      this.food = mutations.world().table("food");
      this.tickSeconds = plan.preset.tickSeconds();
    }

    void collect(int from, int to) {
      for (int slot = from; slot < to; slot++) {
        Event event = next(slot);
        if (event != null) {
          found.add(event);
        }
      }
    }

    /** The first event of a creature, food that is eaten left aside; null if it has none. */
    Event next(int slot) {
      EventType type = null;
      double seconds = tickSeconds;
      int id = creatures.id(slot);
      if (plan.startEnergy[slot] >= plan.preset.splitEnergy()) {
        type = EventType.REPRODUCE;
        seconds = tickSeconds * random.at(tick, plan.system, id, creatures.gen(slot)).unit(0);
      } else if (plan.energy[slot] <= 0) {
        type = EventType.STARVE;
        seconds = Math.min(tickSeconds, plan.startEnergy[slot] / plan.preset.burnPerSecond());
      }
      findFood(slot, seconds);
      if (bestFood >= 0) {
        return new Event(EventType.EAT, bestSeconds, slot, id, bestFood);
      }
      return type == null ? null : new Event(type, seconds, slot, id, -1);
    }

    /** The food a creature reaches first before a time; of several at once, the lowest id. */
    private void findFood(int slot, double limitSeconds) {
      FoodGrid.Path path =
          new FoodGrid.Path(
              plan.startX[slot], plan.startY[slot], plan.velocityX[slot], plan.velocityY[slot]);
      double reach = plan.preset.reach();
      double margin = reach * MARGIN;
      double farX = path.x() + path.velocityX() * tickSeconds;
      double farY = path.y() + path.velocityY() * tickSeconds;
      bestSeconds = Double.POSITIVE_INFINITY;
      bestFood = -1;
      grid.visit(
          Math.min(path.x(), farX) - margin,
          Math.min(path.y(), farY) - margin,
          Math.max(path.x(), farX) + margin,
          Math.max(path.y(), farY) + margin,
          candidate -> consider(candidate, grid.reached(candidate, path, reach, limitSeconds)));
    }

    private void consider(int candidate, double seconds) {
      if (seconds > bestSeconds || seconds == Double.POSITIVE_INFINITY || eaten.get(candidate)) {
        return;
      }
      if (seconds < bestSeconds
          || Integer.compareUnsigned(food.id(candidate), food.id(bestFood)) < 0) {
        bestSeconds = seconds;
        bestFood = candidate;
      }
    }
  }
}
