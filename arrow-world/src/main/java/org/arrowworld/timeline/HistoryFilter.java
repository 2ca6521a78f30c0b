package org.arrowworld.timeline;

import java.io.IOException;
import java.util.BitSet;
import java.util.OptionalLong;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyKind;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.Values;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.table.World;
import org.arrowworld.table.WorldTable;

/** Chooses the rows of a history and keeps track of the id's generation. One thread. */
public final class HistoryFilter {
  private final HistoryQuery query;
  private final KeyTable keys;
  private final Change.Visitor visitor;
  private final BitSet ofTable;
  private final BitSet wanted;
  private final int born;
  private final boolean generations;
  private OptionalLong generation = OptionalLong.empty();

  /**
   * A filter.
   *
   * @throws InvalidUseException if there is no such table or key
   */
  public HistoryFilter(
      HistoryQuery query, WorldSchema schema, KeyTable keys, Change.Visitor visitor) {
    this.query = query;
    this.keys = keys;
    this.visitor = visitor;
    TableSchema table = schema.table(query.table());
    this.generations = table.hasGenerations();
    this.born = keys.key(query.table() + ".born").code();
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
      throw new InvalidUseException(Text.of("Table '%s' has no key '%s'", query.table(), name));
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
  public void assumeAlive(World world) {
    WorldTable table = world.table(query.table());
    int slot = generations ? table.slotOf(query.id()) : -1;
    if (slot >= 0) {
      generation = OptionalLong.of(Integer.toUnsignedLong(table.gen(slot)));
    }
  }

  /** Takes a row of the id, in log order. */
  public void row(long tick, int code, long pattern, Word word) throws IOException {
    if (code == born && generations) {
      generation = OptionalLong.of(Values.toInteger(pattern));
    }
    if (wanted.get(code) && tick >= query.first()) {
      Key key = keys.key(code);
      visitor.visit(new Change(tick, key, query.id(), generation, pattern, word.get()));
    }
  }
}
