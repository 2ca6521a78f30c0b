// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;

/**
 * All parameters of a run but its seed. A store keeps them in its properties, so that it goes on as
 * it began whatever the presets of a later release are. Lengths are in units of the world, energies
 * in units of fuel, times in seconds of simulated time.
 *
 * @param name what people call it
 * @param creatures creatures in the initial world
 * @param food food rows in the initial world
 * @param worldSize side of the square torus
 * @param tickMicros simulated microseconds a tick lasts
 * @param edgeBand width of the spawners' rectangles along the edges
 * @param foodPerSecond food rows that all spawners together make in a second, before the season
 * @param foodValue mean energy in a food row; rows differ by up to a quarter
 * @param foodLimit nothing is spawned while there are this many food rows
 * @param seasonTicks length of a season's cycle
 * @param seasonSwing how much the season raises and lowers the food rate, as a part of it
 * @param speed length a creature moves in a second
 * @param turn how sharply it may turn in a tick: the tangent of half the largest angle
 * @param reach how near to food it must come to eat it
 * @param burnPerSecond energy it uses in a second
 * @param hungerEnergy below this it is hungry
 * @param splitEnergy from this on it splits in two
 */
public record Preset(
    String name,
    int creatures,
    int food,
    double worldSize,
    long tickMicros,
    double edgeBand,
    double foodPerSecond,
    double foodValue,
    int foodLimit,
    long seasonTicks,
    double seasonSwing,
    double speed,
    double turn,
    double reach,
    double burnPerSecond,
    double hungerEnergy,
    double splitEnergy) {

  /** 1,000 creatures: the default. */
  public static final Preset TINY =
      new Preset(
          "tiny", 1_000, 500, 100, 100_000, 12.5, 250, 20, 4_000, 500, 0.25, 10, 0.3, 0.25, 5, 12,
          60);

  /** 10,000 creatures. */
  public static final Preset SMALL =
      new Preset(
          "small", 10_000, 5_000, 320, 100_000, 40, 2_500, 20, 40_000, 500, 0.25, 10, 0.3, 0.25, 5,
          12, 60);

  /** 1,000,000 creatures: about 5 million triples a tick. */
  public static final Preset CROWDED =
      new Preset(
          "crowded", 1_000_000, 500_000, 3_200, 100_000, 400, 250_000, 20, 4_000_000, 500, 0.25, 10,
          0.3, 0.25, 5, 12, 60);

  private static final List<Preset> ALL = List.of(TINY, SMALL, CROWDED);
  private static final String PREFIX = "preset.";

  public Preset {
    check(name.matches("[a-z][a-z0-9_]*"), "name", name);
    check(creatures >= 0, "creatures", creatures);
    check(food >= 0 && foodLimit >= food, "food", food);
    check(worldSize > 0 && worldSize <= 1 << 20, "worldSize", worldSize);
    check(tickMicros > 0 && tickMicros <= 60_000_000, "tickMicros", tickMicros);
    check(edgeBand > 0 && edgeBand <= worldSize / 2, "edgeBand", edgeBand);
    check(foodPerSecond >= 0 && foodPerSecond < 1e9, "foodPerSecond", foodPerSecond);
    check(seasonTicks > 0, "seasonTicks", seasonTicks);
    check(seasonSwing >= 0 && seasonSwing <= 1, "seasonSwing", seasonSwing);
    check(speed > 0 && speed * tickMicros < worldSize * 2.5e5, "speed", speed);
    check(turn >= 0 && turn <= 1, "turn", turn);
    check(reach > 0 && reach < worldSize / 8, "reach", reach);
    check(burnPerSecond > 0, "burnPerSecond", burnPerSecond);
    double burnPerTick = burnPerSecond * tickMicros / 1e6;
    check(foodValue * 0.75 > burnPerTick && foodValue < 1e6, "foodValue", foodValue);
    check(splitEnergy > 0 && splitEnergy < 1e6, "splitEnergy", splitEnergy);
    // A newborn has half its parent's fuel and is never hungry in the tick of its birth.
    check(
        hungerEnergy > 0 && hungerEnergy < (splitEnergy - burnPerTick) / 2,
        "hungerEnergy",
        hungerEnergy);
  }

  private static void check(boolean sound, String parameter, Object value) {
    if (!sound) {
      throw new InvalidUseException(
          Text.of("Cannot use a preset with %s = %s: see the javadoc of Preset", parameter, value));
    }
  }

  /** The built-in presets, smallest first. */
  public static List<Preset> all() {
    return ALL;
  }

  /** The built-in preset of a name. */
  public static Preset named(String name) {
    return ALL.stream()
        .filter(p -> p.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidUseException(
                    Text.of(
                        "Unknown preset '%s': there are %s",
                        name, Nearest.of(name, ALL.stream().map(Preset::name).toList()))));
  }

  /**
   * This preset with another value of a parameter, given as text.
   *
   * @param parameter a name of this record's, {@code name} aside
   * @throws InvalidUseException if there is no such parameter, or it cannot have that value
   */
  public Preset with(String parameter, String value) {
    Map<String, String> properties = toProperties();
    if (properties.replace(PREFIX + parameter, value) == null) {
      List<String> known =
          properties.keySet().stream()
              .filter(key -> key.startsWith(PREFIX))
              .map(key -> key.substring(PREFIX.length()))
              .toList();
      throw new InvalidUseException(
          Text.of("Unknown parameter '%s': there are %s", parameter, Nearest.of(parameter, known)));
    }
    return fromProperties(properties);
  }

  /** Simulated seconds a tick lasts. */
  double tickSeconds() {
    return tickMicros / 1e6;
  }

  /** As store properties: {@code preset}, and {@code preset.<parameter>} for each other one. */
  Map<String, String> toProperties() {
    Map<String, String> properties = new LinkedHashMap<>();
    for (RecordComponent component : Preset.class.getRecordComponents()) {
      try {
        properties.put(key(component), String.valueOf(component.getAccessor().invoke(this)));
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(e.getMessage(), e);
      }
    }
    return properties;
  }

  /** The preset that a store's properties describe. */
  static Preset fromProperties(Map<String, String> properties) {
    List<Class<?>> types = new ArrayList<>();
    List<Object> values = new ArrayList<>();
    for (RecordComponent component : Preset.class.getRecordComponents()) {
      String text = properties.get(key(component));
      if (text == null) {
        throw new InvalidUseException(
            Text.of(
                "Cannot run this store as an ecosystem: it has no property '%s'", key(component)));
      }
      types.add(component.getType());
      values.add(parse(key(component), component.getType(), text));
    }
    try {
      return Preset.class
          .getDeclaredConstructor(types.toArray(Class<?>[]::new))
          .newInstance(values.toArray());
    } catch (ReflectiveOperationException e) {
      if (e.getCause() instanceof InvalidUseException invalid) {
        throw invalid;
      }
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private static String key(RecordComponent component) {
    return component.getName().equals("name") ? "preset" : PREFIX + component.getName();
  }

  private static Object parse(String property, Class<?> type, String text) {
    try {
      if (type == int.class) {
        return Integer.valueOf(text);
      }
      if (type == long.class) {
        return Long.valueOf(text);
      }
      return type == double.class ? Double.valueOf(text) : text;
    } catch (NumberFormatException e) {
      throw new InvalidUseException(
          Text.of(
              "Cannot read property '%s' of this store: '%s' is not of type %s",
              property, text, type.getSimpleName()));
    }
  }
}
