// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.stats.KeyStatistics;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.table.Entity;
import org.arrowworld.table.EntityRef;
import org.arrowworld.table.TableView;
import org.arrowworld.table.WorldView;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.BornRows;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickBody;
import org.arrowworld.tick.TickTable;
import org.arrowworld.timeline.HistoryQuery;
import org.arrowworld.timeline.TickRange;
import org.arrowworld.timeline.Verifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Null where a name, a value or an entity belongs is refused by name, at every door. */
class NullsTest {
  private static final WorldSchema SCHEMA =
      new WorldSchema(1, List.of(table()), List.of()).withInput(EventKind.of("i", ColumnType.F64));

  private static TableSchema table() {
    TableSchema.Builder table = TableSchema.row("t");
    for (ColumnType type : ColumnType.values()) {
      table.column(type.label(), type);
    }
    return table
        .event(EventKind.of("e", ColumnType.F64))
        .lineage(Lineage.PARENT, Lineage.CAUSE)
        .build();
  }

  @TempDir Path folder;
  private int made;

  /** Calls each public method once per reference parameter, that one null, all others fit. */
  private List<String> sweep(Class<?> door, Object target, Map<Class<?>, Object> fit) {
    List<String> wrong = new ArrayList<>();
    for (Method method : door.getMethods()) {
      boolean own = method.getDeclaringClass() != Object.class && !method.isSynthetic();
      if (!own || Modifier.isStatic(method.getModifiers()) != (target == null)) {
        continue;
      }
      Class<?>[] types = method.getParameterTypes();
      for (int i = 0; i < types.length; i++) {
        if (types[i].isPrimitive()) {
          continue;
        }
        Object[] arguments = new Object[types.length];
        for (int j = 0; j < types.length; j++) {
          arguments[j] = j == i ? null : argument(types[j], fit);
        }
        String call = method.getName() + Arrays.toString(types) + " with null at " + i;
        try {
          method.invoke(target, arguments);
          wrong.add(call + ": took it");
        } catch (InvocationTargetException e) {
          if (!(e.getCause() instanceof InvalidUseException)) {
            wrong.add(call + ": " + e.getCause());
          }
        } catch (IllegalAccessException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    return wrong;
  }

  private Object argument(Class<?> type, Map<Class<?>, Object> fit) {
    if (type == Path.class) {
      return folder.resolve("store" + made++);
    }
    if (type == Storage.class) {
      return new MemoryStorage();
    }
    if (type.isArray()) {
      return Array.newInstance(type.getComponentType(), 1);
    }
    if (type.isPrimitive()) {
      return Array.get(Array.newInstance(type, 1), 0);
    }
    return fit.get(type);
  }

  private static LiveWorld world() throws IOException {
    LiveWorld world = LiveWorld.create(new MemoryStorage(), SCHEMA, WorldOptions.DEFAULT);
    world.tick(t -> t.table("t").insert().set("string", "a"));
    return world;
  }

  @Test
  void inside_a_tick() throws IOException {
    List<String> wrong = new ArrayList<>();
    try (LiveWorld world = world()) {
      Stream.of(ColumnType.values())
          .map(ColumnType::label)
          .forEach(
              column -> {
                assertThatCode(
                        () ->
                            world.tick(
                                t -> {
                                  TickTable table = t.table("t");
                                  Born born = table.insert().set("string", "b");
                                  BornRows rows = table.insertAll(1);
                                  rows.write("string", new String[] {"c"});
                                  Map<Class<?>, Object> fit =
                                      Map.of(String.class, column, Entity.class, born);
                                  wrong.addAll(sweep(TickTable.class, table, fit));
                                  wrong.addAll(sweep(Born.class, born, fit));
                                  wrong.addAll(sweep(BornRows.class, rows, fit));
                                  wrong.addAll(sweep(Tick.class, t, fit));
                                  throw new IllegalStateException("swept");
                                }))
                    .hasMessage("swept");
              });
      Map<Class<?>, Object> names =
          Map.of(String.class, "e", Entity.class, world.world().table("t").ref(0));
      assertThatCode(
              () ->
                  world.tick(
                      t -> {
                        wrong.addAll(sweep(TickTable.class, t.table("t"), names));
                        wrong.addAll(sweep(Tick.class, t, Map.of(String.class, "i")));
                        throw new IllegalStateException("swept");
                      }))
          .hasMessage("swept");
      assertThat(world.tick(t -> t.table("t").set(0, "f64", 2.0))).isEqualTo(2);
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void in_arrays_of_words() throws IOException {
    try (LiveWorld world = world()) {
      for (boolean born : new boolean[] {false, true}) {
        assertThatCode(
                () ->
                    world.tick(
                        t -> {
                          if (born) {
                            t.table("t").insertAll(1).write("string", new String[1]);
                          } else {
                            t.table("t").write("string", new String[1]);
                          }
                        }))
            .isInstanceOf(InvalidUseException.class)
            .hasMessage("Cannot store as 't.string' null: expected text; \"\" is one");
      }
    }
  }

  @Test
  void at_a_live_world_and_its_views() throws IOException {
    Map<Class<?>, Object> fit =
        Map.of(
            WorldSchema.class,
            SCHEMA,
            WorldOptions.class,
            WorldOptions.DEFAULT,
            StoreInfo.class,
            StoreInfo.create(SCHEMA, "tick", Map.of()));
    List<String> wrong = new ArrayList<>(sweep(LiveWorld.class, null, fit));
    try (LiveWorld world = world()) {
      TickBody<RuntimeException> nothing = t -> {};
      wrong.addAll(sweep(LiveWorld.class, world, Map.of(TickBody.class, nothing)));
      wrong.addAll(sweep(WorldView.class, world.world(), Map.of()));
      wrong.addAll(sweep(TableView.class, world.world().table("t"), Map.of()));
    }
    assertThat(wrong).isEmpty();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void at_a_store() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    try (LiveWorld world = LiveWorld.create(storage, SCHEMA, WorldOptions.DEFAULT)) {
      world.tick(t -> t.table("t").insert().set("string", "a"));
    }
    List<String> wrong = new ArrayList<>();
    try (BufferAllocator memory = new RootAllocator()) {
      Map<Class<?>, Object> fit =
          Map.of(BufferAllocator.class, memory, Verifier.Options.class, Verifier.Options.STANDARD);
      wrong.addAll(sweep(Store.class, null, fit));
    }
    for (String key : List.of("t", "t.f64", "t.e")) { // a table, a key, an event
      try (Store store = Store.open(storage);
          Store other = Store.open(storage)) {
        KeyStatistics.TickVisitor visitor = (tick, summary) -> {};
        Map<Class<?>, Object> fit =
            Map.of(
                String.class,
                key,
                Store.class,
                other,
                EntityRef.class,
                new EntityRef(0, 0),
                HistoryQuery.class,
                HistoryQuery.of("t", 0),
                TickRange.class,
                TickRange.ALL,
                KeyStatistics.Options.class,
                KeyStatistics.Options.of("t.f64"),
                KeyStatistics.TickVisitor.class,
                visitor);
        wrong.addAll(sweep(Store.class, store, fit));
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(folder).isEmptyDirectory();
  }
}
