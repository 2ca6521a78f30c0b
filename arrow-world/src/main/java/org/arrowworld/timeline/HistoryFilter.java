// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
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

/**
 * Chooses the rows of a history and keeps track of the id's generation. One thread.
 *
 * <p>Events come before the births and deaths of their tick (spec O-2): those of an id that does
 * not live then are of the life that begins in their tick. Where the id lives, dies and is born
 * again in one tick, nothing in the log tells which of both lives an event is of: it is shown with
 * each, without a generation. Rows of presence tables come last: those of an old life, after the
 * new one began (spec O-18).
 */
public final class HistoryFilter {
  private final HistoryQuery query;
  private final KeyTable keys;
  private final Query.Enough<? super Change> visitor;
  private final BitSet ofTable;

  /** By key code, the code of the birth in the presence table that the key is of; else -1. */
  private final int[] entering;

  /** In the tick of the id's birth: the births in presence tables that were met. */
  private final BitSet entered = new BitSet();

  private final BitSet wanted;
  private final int born;
  private final int died;
  private final boolean generations;

  /** The life a row belongs to, and the one before it. */
  private OptionalLong generation = OptionalLong.empty();

  private OptionalLong previous = OptionalLong.empty();
  private long bornAt = -1;

  /** Rows of one tick, from its first event on, that wait for a birth in it. */
  private final List<Pending> waiting = new ArrayList<>();

  private record Pending(long tick, int code, long pattern, String word, OptionalLong life) {}

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
    this.entering = entering(query.table(), keys);
    this.ofTable = ofTable(query.table(), keys);
    this.wanted = wanted();
  }

  private static int[] entering(String table, KeyTable keys) {
    int[] births = new int[keys.size()];
    for (Key key : keys.from(0)) {
      births[key.code()] =
          keys.find(owner(key) + ".born")
              .filter(birth -> birth.kind() == KeyKind.BORN)
              .filter(birth -> birth.refersTo().filter(table::equals).isPresent())
              .map(Key::code)
              .orElse(-1);
    }
    return births;
  }

  private static String owner(Key key) {
    int dot = key.name().indexOf('.');
    return dot < 0 ? key.name() : key.name().substring(0, dot);
  }

  private BitSet ofTable(String table, KeyTable all) {
    BitSet codes = new BitSet();
    for (Key key : all.from(0)) {
      if (owner(key).equals(table) || entering[key.code()] >= 0) {
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
    if (!waiting.isEmpty() && waiting.get(0).tick() != tick) {
      showWaiting();
    }
    if (code == born) {
      showWaitingBefore(Values.toInteger(pattern));
      previous = generation;
      generation = OptionalLong.of(Values.toInteger(pattern));
      bornAt = tick;
      entered.clear();
      found |= isWanted(generation);
    } else if (query.generation().isPresent() && found && !isWanted(generation)) {
      done |= tick > bornAt; // in whose tick the life before may still leave presence tables
    }
    OptionalLong life = lifeOf(tick, code);
    boolean waits = generations && (!waiting.isEmpty() || keys.key(code).kind() == KeyKind.EVENT);
    if (waits && ofTable.get(code)) {
      waiting.add(new Pending(tick, code, pattern, word.get(), life));
    } else if (!done && ofTable.get(code) && isWanted(life)) {
      show(tick, code, pattern, life, word);
    }
  }

  /** Shows what waited for a birth, which came not. */
  private void showWaiting() throws IOException {
    for (Pending row : waiting) {
      if (!done && isWanted(row.life)) {
        show(row.tick, row.code, row.pattern, row.life, row::word);
      }
    }
    waiting.clear();
  }

  /** Shows what waited for a birth, which comes now. */
  private void showWaitingBefore(long newGeneration) throws IOException {
    OptionalLong next = OptionalLong.of(newGeneration);
    boolean livedBefore = waiting.stream().anyMatch(row -> row.code == died);
    for (Pending row : waiting) {
      boolean event = keys.key(row.code).kind() == KeyKind.EVENT;
      boolean either = event && livedBefore;
      OptionalLong life = event && !livedBefore ? next : row.life;
      if (!done && (isWanted(life) || (either && isWanted(next)))) {
        show(row.tick, row.code, row.pattern, either ? OptionalLong.empty() : life, row::word);
      }
    }
    waiting.clear();
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

  /**
   * In the tick of a birth, who was in a presence table before is the old life, until the new one
   * enters.
   */
  private OptionalLong lifeOf(long tick, int code) {
    int enters = code < entering.length ? entering[code] : -1;
    if (tick != bornAt || enters < 0) {
      return generation;
    }
    if (code == enters) {
      entered.set(code);
    }
    return entered.get(enters) ? generation : previous;
  }

  private boolean isWanted(OptionalLong life) {
    return query.generation().isEmpty()
        || (life.isPresent()
            && life.getAsLong() == Integer.toUnsignedLong(query.generation().getAsInt()));
  }

  /** Whether the one life asked for, if one was, has been met. */
  public boolean isMet() {
    return query.generation().isEmpty() || found;
  }

  /** The keys whose rows it must see within the ticks asked for. */
  BitSet keys() {
    BitSet all = births();
    all.or(wanted);
    wanted.stream().map(code -> entering[code]).filter(code -> code >= 0).forEach(all::set);
    if (died >= 0) {
      all.set(died);
    }
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
  public void end() throws IOException {
    showWaiting();
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
