// SPDX-License-Identifier: Apache-2.0
import com.artemis.Aspect;
import com.artemis.BaseEntitySystem;
import com.artemis.Component;
import com.artemis.EntitySubscription;
import com.artemis.annotations.EntityId;
import com.artemis.utils.IntBag;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.arrowworld.LiveWorld;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.table.EntityRef;
import org.arrowworld.table.TableView;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.Tick;

/**
 * Logs an Artemis-odb world: make it the last system, and each {@code process()} is a tick of the
 * store. All components are handed over, and what changed is logged.
 *
 * <p>The store has a table {@code entity} and a component per class, with a column per public
 * field: {@code byte}, {@code short}, {@code int}, {@code long}, {@code float}, {@code double},
 * {@code boolean}, {@code String}, and {@link EntityId} {@code int}, which refers to an entity.
 *
 * <p>Artemis recycles the numbers of its entities, and a world that is loaded gets others. What
 * lasts is the {@link #ref}. A run that goes on after a pause is the same as one that never paused
 * if its systems walk through entities {@link #inOrder} and make new ones by {@link #create}.
 */
final class ArtemisLog extends BaseEntitySystem {
  private static final String ENTITY = "entity";

  private final LiveWorld store;
  private final List<Class<? extends Component>> classes;
  private final List<ComponentTable<?>> tables = new ArrayList<>();

  /** The entity that each number stands for; null where it was not logged yet, or is not. */
  private EntityRef[] refs = new EntityRef[64];

  /** The number of each logged entity that lives, by its id. */
  private final Map<Integer, Integer> numbers = new HashMap<>();

  private final Set<Integer> newborns = new LinkedHashSet<>();
  private final List<EntityRef> dead = new ArrayList<>();

  ArtemisLog(LiveWorld store, List<Class<? extends Component>> classes) {
    super(Aspect.all());
    this.store = store;
    this.classes = classes;
  }

  /** The tables that components of these classes are logged to. */
  static WorldSchema schema(List<Class<? extends Component>> classes) {
    List<TableSchema> tables = new ArrayList<>(List.of(TableSchema.row(ENTITY).build()));
    classes.forEach(type -> tables.add(ComponentTable.schema(type, ENTITY)));
    return WorldSchema.of(tables.toArray(TableSchema[]::new));
  }

  @Override
  protected void initialize() {
    classes.forEach(type -> tables.add(new ComponentTable<>(type, world)));
  }

  /** Makes the entities that live in the store, with their components. Call it once, at first. */
  void load() {
    TableView entities = store.world().table(ENTITY);
    for (int slot = 0; slot < entities.rows(); slot++) {
      know(world.create(), entities.ref(slot));
    }
    tables.forEach(table -> table.load(store.world().table(table.name()), numbers));
  }

  /** A new entity. */
  int create() {
    int number = world.create();
    newborns.add(number);
    return number;
  }

  /** The tick that this {@code process()} makes; after it was logged, the next one. */
  long tick() {
    return store.lastTick() + 1;
  }

  /** What an entity is in the store; null if it was made since the last tick. */
  EntityRef ref(int number) {
    return number >= 0 && number < refs.length ? refs[number] : null;
  }

  /** The entities of a subscription in the store's order, then new ones in the order made. */
  IntBag inOrder(EntitySubscription subscription) {
    IntBag all = subscription.getEntities();
    IntBag sorted = new IntBag(Math.max(1, all.size()));
    TableView entities = store.world().table(ENTITY);
    for (int slot = 0; slot < entities.rows(); slot++) {
      Integer number = numbers.get(entities.id(slot));
      if (number != null && subscription.getActiveEntityIds().get(number)) {
        sorted.add(number);
      }
    }
    for (int number : newborns) {
      if (subscription.getActiveEntityIds().get(number)) {
        sorted.add(number);
      }
    }
    return sorted;
  }

  @Override
  protected void inserted(int number) {
    if (ref(number) == null) {
      newborns.add(number);
    }
  }

  @Override
  protected void removed(int number) {
    EntityRef gone = ref(number);
    if (gone == null) {
      newborns.remove(number);
    } else {
      dead.add(gone);
      numbers.remove(gone.id());
      refs[number] = null;
    }
  }

  @Override
  protected void processSystem() {
    Map<Integer, Born> born = new HashMap<>();
    try {
      store.tick(t -> log(t, born));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    born.forEach((number, handle) -> know(number, handle.ref()));
    newborns.clear();
    dead.clear();
  }

  private void log(Tick t, Map<Integer, Born> born) {
    t.changedOnly();
    dead.forEach(t.table(ENTITY)::remove);
    newborns.forEach(number -> born.put(number, t.table(ENTITY).insert()));
    IntBag all = inOrder(getSubscription());
    for (ComponentTable<?> table : tables) {
      for (int i = 0; i < all.size(); i++) {
        table.log(
            t, all.get(i), number -> born.containsKey(number) ? born.get(number) : ref(number));
      }
    }
  }

  private void know(int number, EntityRef ref) {
    if (number >= refs.length) {
      refs = Arrays.copyOf(refs, Math.max(number + 1, refs.length * 2));
    }
    refs[number] = ref;
    numbers.put(ref.id(), number);
  }
}
