// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.arrowworld.LiveWorld;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.Durability;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.table.EntityRef;
import org.arrowworld.table.FloatColumn;
import org.arrowworld.table.IntColumn;
import org.arrowworld.table.StringColumn;
import org.arrowworld.table.TableView;
import org.arrowworld.tick.BornRows;
import org.arrowworld.tick.Tick;

/**
 * An epidemic, a tick a day: {@code Epidemic STORE PEOPLE DAYS}. Started again on the same store,
 * it goes on after the last day that was logged, so that it may be killed at any moment.
 * epidemic.py is the same program in Python: either goes on with what the other began, with equal
 * hashes.
 */
final class Epidemic {
  private static final WorldSchema SCHEMA =
      WorldSchema.of(
              TableSchema.row("person")
                  .column("state", ColumnType.STRING)
                  .column("since", ColumnType.I32)
                  .column("age", ColumnType.F32)
                  .lineage(Lineage.PARENT, Lineage.CAUSE)
                  .event(EventKind.reference("infected_by", "person"))
                  .build(),
              TableSchema.presence("sick", "person"),
              TableSchema.appendOnly("day")
                  .column("susceptible", ColumnType.U32)
                  .column("infected", ColumnType.U32)
                  .column("recovered", ColumnType.U32)
                  .build())
          .withInput(EventKind.of("vaccine", ColumnType.U32));

  private static final int CONTACTS = 8;
  private static final float YEARS_PER_DAY = 1f / 365;

  private Epidemic() {}

  public static void main(String[] args) throws IOException {
    int people = Integer.parseInt(args[1]);
    long last = Long.parseLong(args[2]);
    WorldOptions options = WorldOptions.DEFAULT.withDurability(Durability.COMMIT);
    try (LiveWorld world = LiveWorld.open(Path.of(args[0]), SCHEMA, options)) {
      while (world.lastTick() < last) {
        boolean first = world.lastTick() < 0;
        world.tick(
            t -> {
              if (first) {
                begin(t, people);
              } else {
                live(t);
              }
            });
      }
    }
  }

  /** Day 0: people of all ages, ten of them infected. */
  private static void begin(Tick t, int people) {
    String[] states = new String[people];
    float[] ages = new float[people];
    for (int i = 0; i < people; i++) {
      states[i] = i < 10 ? "infected" : "susceptible";
      ages[i] = (float) (80 * chance(0, i, "age"));
    }
    BornRows born = t.table("person").insertAll(people).write("state", states).write("age", ages);
    for (int i = 0; i < 10; i++) {
      t.table("sick").insert(born.get(i));
    }
    count(t, people - 10, 10, 0);
  }

  private static void live(Tick t) {
    int day = (int) t.tick();
    TableView people = t.world().table("person");
    StringColumn state = people.string("state");
    IntColumn since = people.i32("since");
    FloatColumn age = people.f32("age");
    int n = people.rows();

    double dose = 0;
    if (day % 30 == 0) {
      t.input("vaccine", 0, n / 100);
      dose = (n / 100) / (double) n;
    }

    // Slots that something happens to, and what. The first thing counts.
    String[] fate = new String[n];
    Map<Integer, EntityRef> caught = new LinkedHashMap<>();
    for (int slot = 0; slot < n; slot++) {
      int id = people.id(slot);
      if (age.get(slot) > 60 + 40 * chance(0, id, "limit")) {
        fate[slot] = "old age";
      } else if (state.get(slot).equals("infected") && day - since.get(slot) >= 10) {
        double risk = age.get(slot) > 60 ? 0.1 : 0.005;
        fate[slot] = chance(day, id, "outcome") < risk ? "disease" : "recovered";
      } else if (state.get(slot).equals("susceptible") && chance(day, id, "vaccine") < dose) {
        fate[slot] = "recovered";
      }
    }
    for (int slot = 0; slot < n; slot++) {
      if (state.get(slot).equals("infected")) {
        int id = people.id(slot);
        for (int k = 0; k < CONTACTS; k++) {
          int other = (int) (chance(day, id, "contact" + k) * n);
          boolean open = state.get(other).equals("susceptible") && fate[other] == null;
          if (open && chance(day, id, "catch" + k) < 0.04) {
            caught.putIfAbsent(other, people.ref(slot));
          }
        }
      }
    }

    int[] counts = new int[3];
    for (int slot = 0; slot < n; slot++) {
      EntityRef person = people.ref(slot);
      String now = fate[slot] == null ? state.get(slot) : fate[slot];
      if (now.equals("old age") || now.equals("disease")) {
        t.table("person").removeSlot(slot, now);
        continue;
      }
      if (caught.containsKey(slot)) {
        now = "infected";
        t.table("sick").insert(person);
        t.table("person").event("infected_by", person, caught.get(slot));
      } else if (state.get(slot).equals("infected") && now.equals("recovered")) {
        t.table("sick").remove(person);
      }
      if (!now.equals(state.get(slot))) {
        t.table("person").set(person, "state", now);
        t.table("person").set(person, "since", day);
      }
      counts[now.equals("susceptible") ? 0 : now.equals("infected") ? 1 : 2]++;
      if (age.get(slot) > 20
          && age.get(slot) < 40
          && chance(day, people.id(slot), "child") < 0.0002) {
        t.table("person").insert().set("state", "susceptible").set("since", day).parent(person);
        counts[0]++;
      }
    }
    float[] older = new float[n];
    for (int slot = 0; slot < n; slot++) {
      older[slot] = age.get(slot) + YEARS_PER_DAY;
    }
    t.table("person").write("age", older);
    count(t, counts[0], counts[1], counts[2]);
  }

  private static void count(Tick t, int susceptible, int infected, int recovered) {
    t.table("day")
        .insert()
        .set("susceptible", susceptible)
        .set("infected", infected)
        .set("recovered", recovered);
  }

  /**
   * A number in [0, 1) that depends on nothing but its arguments: SplitMix64's mixer, three times.
   */
  private static double chance(long day, long id, String what) {
    long word = 0;
    for (byte letter : what.getBytes(java.nio.charset.StandardCharsets.US_ASCII)) {
      word = word * 31 + letter;
    }
    return (mix(mix(mix(word) ^ day) ^ id) >>> 11) * 0x1p-53;
  }

  private static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
