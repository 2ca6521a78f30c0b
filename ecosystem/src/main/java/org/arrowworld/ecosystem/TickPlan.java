// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.arrowworld.table.TableView;
import org.arrowworld.tick.Tick;

/**
 * What the systems of one tick hand to each other. Everything in it is made anew each tick; arrays
 * are by creature slot at tick start and may be longer than the table.
 */
final class TickPlan {
  /** A creature's one event in a tick. */
  enum EventType {
    EAT,
    REPRODUCE,
    STARVE
  }

  /**
   * An event.
   *
   * @param seconds time since the tick's start
   * @param creatureSlot whose it is
   * @param creatureId its id
   * @param foodSlot what is eaten, -1 in other events
   */
  record Event(EventType type, double seconds, int creatureSlot, int creatureId, int foodSlot)
      implements Comparable<Event> {
    /** By time, then creature id: who comes first gets the food. */
    @Override
    public int compareTo(Event other) {
      int byTime = Double.compare(seconds, other.seconds);
      return byTime != 0 ? byTime : Integer.compareUnsigned(creatureId, other.creatureId);
    }
  }

  final Preset preset;
  final Torus torus;
  final CounterRandom random;
  final SlotWorkers workers;

  /** One generator per worker. */
  final List<CounterRandom> randoms = new ArrayList<>();

  /** The number of the running system in the generator's counter. */
  int system;

  /** The inputs. */
  List<FoodRate> foodRates = List.of();

  /** Creatures at tick start. */
  int creatures;

  float[] startX = new float[0];
  float[] startY = new float[0];
  float[] velocityX = new float[0];
  float[] velocityY = new float[0];
  float[] endX = new float[0];
  float[] endY = new float[0];
  float[] energy = new float[0];

  /** Energy at tick start. */
  float[] startEnergy = new float[0];

  /** Events in order of time. */
  final List<Event> events = new ArrayList<>();

  /** Slots of creatures that die. */
  final BitSet dying = new BitSet();

  int creaturesBorn;
  int foodBorn;
  int foodEaten;

  TickPlan(Preset preset, long seed, SlotWorkers workers) {
    this.preset = preset;
    this.torus = new Torus(preset.worldSize());
    this.random = new CounterRandom(seed);
    this.workers = workers;
    for (int i = 0; i < workers.count(); i++) {
      randoms.add(new CounterRandom(seed));
    }
  }

  void begin(Tick mutations, List<FoodRate> rates) {
    foodRates = rates;
    creatures = mutations.world().table("creature").rows();
    if (startX.length < creatures) {
      int capacity = Math.max(creatures, startX.length + startX.length / 2);
      startX = new float[capacity];
      startY = new float[capacity];
      velocityX = new float[capacity];
      velocityY = new float[capacity];
      endX = new float[capacity];
      endY = new float[capacity];
      energy = new float[capacity];
      startEnergy = new float[capacity];
    }
    events.clear();
    dying.clear();
    creaturesBorn = 0;
    foodBorn = 0;
    foodEaten = 0;
  }

  /** Copies an f32 column. */
  static void copy(TableView table, String column, float[] target) {
    table.bytes(column).asFloatBuffer().get(target, 0, table.rows());
  }
}
