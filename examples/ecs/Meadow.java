// SPDX-License-Identifier: Apache-2.0
import com.artemis.Aspect;
import com.artemis.BaseEntitySystem;
import com.artemis.BaseSystem;
import com.artemis.Component;
import com.artemis.ComponentMapper;
import com.artemis.World;
import com.artemis.WorldConfigurationBuilder;
import com.artemis.annotations.EntityId;
import com.artemis.link.EntityLinkManager;
import com.artemis.utils.IntBag;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;

/**
 * Animals on a meadow, an Artemis-odb world: {@code Meadow STORE TICKS [DUMP]}. Started again on
 * the same store it goes on after the last tick that was logged, so that it may be killed at any
 * moment. With DUMP, what Artemis itself holds after each tick is written there as text, for
 * comparison.
 */
public final class Meadow {
  private static final int SIDE = 64;
  private static final int ANIMALS = 300;

  /** Where an animal is. */
  public static final class Position extends Component {
    public float x;
    public float y;
  }

  /** What it lives on. */
  public static final class Energy extends Component {
    public double joules;
  }

  /** What only hungry ones have: since when, and how badly. */
  public static final class Hungry extends Component {
    public long since;
    public String how = "";
  }

  /** What only young ones have: whom they follow. */
  public static final class Follows extends Component {
    @EntityId public int whom = -1;
  }

  /** Those that rest. */
  public static final class Resting extends Component {}

  static final List<Class<? extends Component>> COMPONENTS =
      List.of(Position.class, Energy.class, Hungry.class, Follows.class, Resting.class);

  private Meadow() {}

  public static void main(String[] args) throws IOException {
    long last = Long.parseLong(args[1]);
    WorldOptions options = WorldOptions.DEFAULT.withDurability(Durability.COMMIT);
    try (LiveWorld store =
        LiveWorld.open(Path.of(args[0]), ArtemisLog.schema(COMPONENTS), options)) {
      ArtemisLog log = new ArtemisLog(store, COMPONENTS);
      World ecs =
          new World(
              new WorldConfigurationBuilder()
                  .with(new EntityLinkManager(), new Walk(), new Live(), log)
                  .with(
                      args.length > 2
                          ? new BaseSystem[] {new Dump(Path.of(args[2]))}
                          : new BaseSystem[0])
                  .build());
      log.load();
      if (store.lastTick() < 0) {
        settle(ecs, log);
      }
      while (store.lastTick() < last) {
        ecs.process();
      }
    }
  }

  private static void settle(World ecs, ArtemisLog log) {
    for (int i = 0; i < ANIMALS; i++) {
      int animal = log.create();
      Position position = ecs.getMapper(Position.class).create(animal);
      position.x = (float) (SIDE * chance(0, i, 1));
      position.y = (float) (SIDE * chance(0, i, 2));
      ecs.getMapper(Energy.class).create(animal).joules = 10 + 10 * chance(0, i, 3);
    }
  }

  /** Moves those that do not rest; the young towards their parents. */
  static final class Walk extends BaseEntitySystem {
    private ComponentMapper<Position> positions;
    private ComponentMapper<Follows> follows;
    private ArtemisLog log;

    Walk() {
      super(Aspect.all(Position.class).exclude(Resting.class));
    }

    @Override
    protected void processSystem() {
      IntBag animals = log.inOrder(getSubscription());
      for (int i = 0; i < animals.size(); i++) {
        int animal = animals.get(i);
        Position at = positions.get(animal);
        Follows young = follows.get(animal);
        if (young != null && young.whom >= 0 && positions.has(young.whom)) {
          Position to = positions.get(young.whom);
          at.x += (to.x - at.x) / 4;
          at.y += (to.y - at.y) / 4;
        } else if (log.ref(animal) != null) {
          at.x = (float) ((at.x + chance(log.tick(), log.ref(animal).id(), 4) + SIDE - 0.5) % SIDE);
          at.y = (float) ((at.y + chance(log.tick(), log.ref(animal).id(), 5) + SIDE - 0.5) % SIDE);
        }
      }
    }
  }

  /** Eats, tires, hungers, breeds and dies. */
  static final class Live extends BaseEntitySystem {
    private ComponentMapper<Position> positions;
    private ComponentMapper<Energy> energies;
    private ComponentMapper<Hungry> hungers;
    private ComponentMapper<Follows> follows;
    private ComponentMapper<Resting> rests;
    private ArtemisLog log;

    Live() {
      super(Aspect.all(Position.class, Energy.class));
    }

    @Override
    protected void processSystem() {
      IntBag animals = log.inOrder(getSubscription());
      int[] grazers = new int[SIDE * SIDE];
      for (int i = 0; i < animals.size(); i++) {
        grazers[cell(animals.get(i))]++;
      }
      for (int i = 0; i < animals.size(); i++) {
        if (log.ref(animals.get(i)) != null) {
          live(animals.get(i), log.ref(animals.get(i)).id(), 1.0 / grazers[cell(animals.get(i))]);
        }
      }
    }

    private int cell(int animal) {
      Position at = positions.get(animal);
      return Math.min(SIDE - 1, (int) at.y) * SIDE + Math.min(SIDE - 1, (int) at.x);
    }

    private void live(int animal, int id, double share) {
      Energy energy = energies.get(animal);
      boolean asleep = rests.has(animal);
      energy.joules += asleep ? -0.2 : share * 1.5 * chance(log.tick(), id, 6) - 0.6;
      if (chance(log.tick(), id, 7) < (asleep ? 0.3 : 0.1)) {
        rests.set(animal, !asleep);
      }
      if (energy.joules < 4 && !hungers.has(animal)) {
        hungers.create(animal).since = log.tick();
      } else if (energy.joules > 6) {
        hungers.remove(animal);
      }
      if (hungers.has(animal)) {
        hungers.get(animal).how = energy.joules < 2 ? "badly" : "a little";
      }
      if (follows.has(animal) && chance(log.tick(), id, 8) < 0.05) {
        follows.remove(animal);
      }
      if (energy.joules <= 0) {
        world.delete(animal);
      } else if (energy.joules > 18) {
        energy.joules /= 2;
        int child = log.create();
        Position at = positions.create(child);
        at.x = positions.get(animal).x;
        at.y = positions.get(animal).y;
        energies.create(child).joules = energy.joules;
        follows.create(child).whom = animal;
      }
    }
  }

  /** What Artemis holds, a line per value: tick, id, component, field, value. */
  static final class Dump extends BaseEntitySystem {
    private final Path file;
    private ComponentMapper<Position> positions;
    private ComponentMapper<Energy> energies;
    private ComponentMapper<Hungry> hungers;
    private ComponentMapper<Follows> follows;
    private ComponentMapper<Resting> rests;
    private ArtemisLog log;

    Dump(Path file) {
      super(Aspect.all());
      this.file = file;
    }

    @Override
    protected void processSystem() {
      StringBuilder text = new StringBuilder();
      IntBag animals = getEntityIds();
      for (int i = 0; i < animals.size(); i++) {
        int animal = animals.get(i);
        String head = (log.tick() - 1) + "," + Integer.toUnsignedString(log.ref(animal).id()) + ",";
        text.append(head).append("position,x,").append(positions.get(animal).x).append('\n');
        text.append(head).append("position,y,").append(positions.get(animal).y).append('\n');
        text.append(head).append("energy,joules,").append(energies.get(animal).joules).append('\n');
        if (hungers.has(animal)) {
          text.append(head).append("hungry,since,").append(hungers.get(animal).since).append('\n');
          text.append(head).append("hungry,how,").append(hungers.get(animal).how).append('\n');
        }
        if (follows.has(animal)) {
          int whom = follows.get(animal).whom;
          text.append(head).append("follows,whom,");
          text.append(log.ref(whom) == null ? "" : log.ref(whom).id()).append('\n');
        }
        if (rests.has(animal)) {
          text.append(head).append("resting,,\n");
        }
      }
      try {
        Files.writeString(
            file,
            text,
            StandardCharsets.UTF_8,
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** A number in [0, 1) that depends on nothing but its arguments: SplitMix64's mixer, thrice. */
  private static double chance(long tick, long id, long what) {
    return (mix(mix(mix(what) ^ tick) ^ id) >>> 11) * 0x1p-53;
  }

  private static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
