package org.arrowworld.timeline;

import java.io.IOException;
import java.util.BitSet;
import java.util.OptionalLong;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyKind;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.Values;
import org.arrowworld.schema.WorldSchema;

/** Chooses the rows of a history and keeps track of the id's generation. One thread. */
public final class HistoryFilter {
  private final HistoryQuery query;
  private final KeyTable keys;
  private final Query.Enough<? super Change> visitor;
  private final BitSet ofTable;
  private final BitSet wanted;
  private final int born;
  private final int died;
  private final boolean generations;

  /** The life a row belongs to, and the one before it. */
  private OptionalLong generation = OptionalLong.empty();

  private OptionalLong previous = OptionalLong.empty();
  private long bornAt = -1;
  private boolean found;
  private boolean done;

  /**
   * A filter.
   *
   * @throws InvalidUseException if there is no such table or key
   */
  public HistoryFilter(
      HistoryQuery query, WorldSchema schema, KeyTable keys, Query.Enough<? super Change> visitor) {
    this.query = query;
    this.keys = keys;
    this.visitor = visitor;
    TableSchema table = schema.table(query.table());
    this.generations = table.hasGenerations();
    this.born = keys.key(query.table() + ".born").code();
    this.died = keys.find(query.table() + ".died").map(Key::code).orElse(-1);
    this.ofTable = ofTable(query.table(), keys);
    this.wanted = wanted();
  }

  private static BitSet ofTable(String table, KeyTable keys) {
    BitSet codes = new BitSet();
    for (Key key : keys.from(0)) {
      boolean presence =
          (key.kind() == KeyKind.BORN || key.kind() == KeyKind.DIED)
              && key.refersTo().filter(table::equals).isPresent();
      if (key.name().startsWith(table + ".") || presence) {
        codes.set(key.code());
      }
    }
    return codes;
  }

  private BitSet wanted() {
    if (query.key().isEmpty()) {
      return ofTable;
    }
    String name = query.key().get();
    Key only = keys.find(query.table() + "." + name).or(() -> keys.find(name)).orElse(null);
    if (only == null || !ofTable.get(only.code())) {
      throw new InvalidUseException(
          Text.of(
              "Table '%s' has no key '%s', only %s",
              query.table(),
              name,
              Nearest.of(name, ofTable.stream().mapToObj(c -> keys.key(c).name()).toList())));
    }
    BitSet one = new BitSet();
    one.set(only.code());
    return one;
  }

  /** Where a row's word is. */
  public interface Word {
    String get();
  }

  /** Learns the generation from a state in which the id may live. */
  public void assumeAlive(MutableWorld world) {
    MutableTable table = world.table(query.table());
    int slot = generations ? table.slotOf(query.id()) : -1;
    if (slot >= 0) {
      generation = OptionalLong.of(Integer.toUnsignedLong(table.gen(slot)));
      found |= isWanted(generation);
    }
  }

  /** Takes a row of the id, in log order. */
  public void row(long tick, int code, long pattern, Word word) throws IOException {
    if (code == born) {
      previous = generation;
      generation = OptionalLong.of(Values.toInteger(pattern));
      bornAt = tick;
      found |= isWanted(generation);
    } else if (query.generation().isPresent() && found && !isWanted(generation)) {
      done = tick > bornAt; // in whose tick the life before may still leave presence tables
    }
    OptionalLong life = lifeOf(tick, code);
    if (!done && ofTable.get(code) && isWanted(life)) {
      show(tick, code, pattern, life, word);
    }
  }

  private void show(long tick, int code, long pattern, OptionalLong life, Word word)
      throws IOException {
    if (wanted.get(code) && query.ticks().contains(tick)) {
      OptionalLong counted = generations ? life : OptionalLong.empty();
      done =
          !visitor.visit(
              new Change(tick, keys.key(code), query.id(), counted, pattern, word.get()));
    }
  }

  /** A presence table's rows come last in a tick: an old life leaves it after the new one began. */
  private OptionalLong lifeOf(long tick, int code) {
    boolean leaves = tick == bornAt && code != died && keys.key(code).kind() == KeyKind.DIED;
    return leaves ? previous : generation;
  }

  private boolean isWanted(OptionalLong life) {
    return query.generation().isEmpty()
        || (life.isPresent()
            && life.getAsLong() == Integer.toUnsignedLong(query.generation().getAsInt()));
  }

  /** The keys whose rows it must see within the ticks asked for. */
  BitSet keys() {
    BitSet all = births();
    all.or(wanted);
    return all;
  }

  /** The keys whose rows it must see before the ticks asked for. */
  BitSet births() {
    BitSet one = new BitSet();
    one.set(born);
    return one;
  }

  /** Whether no later row can matter. */
  boolean isDone() {
    return done;
  }

  /**
   * Called after the last row.
   *
   * @throws InvalidUseException if the one life asked for never was
   */
  void end() {
    if (query.generation().isPresent() && !found) {
      throw new InvalidUseException(
          Text.of(
              "The log has no %s %s in generation %s",
              query.table(),
              Integer.toUnsignedString(query.id()),
              Integer.toUnsignedString(query.generation().getAsInt())));
    }
  }
}
