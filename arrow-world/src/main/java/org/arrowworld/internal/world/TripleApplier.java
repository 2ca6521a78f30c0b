// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.world;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyEncoding;
import org.arrowworld.schema.KeyKind;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.Values;

/**
 * Applies triples to a world (spec O-7 to O-14): the only code that changes one, in a live run and
 * in replay alike. Works by runs of rows with one key.
 */
public final class TripleApplier {

  /** The words that rows carry. */
  public interface Words {
    /** The word of a row whose key has encoding {@code code}. */
    String word(int row);
  }

  /** What a key does to the world. */
  record Action(KeyKind kind, MutableTable table, MutableColumn column, boolean carriesWord) {
    /** Whether it must be applied between the rows before and after it. */
    boolean isStructural() {
      return kind == KeyKind.BORN || kind == KeyKind.DIED || kind == KeyKind.COMMIT;
    }
  }

  private final MutableWorld world;
  private final KeyTable keys;
  private final Set<String> schemaKeys;
  private Action[] actions = new Action[0];

  /** By code, whether a key's action is not structural. */
  private boolean[] plain = new boolean[0];

  private int[] slots = new int[1024];
  private final ScatterBlock block = new ScatterBlock(this::action);

  public TripleApplier(MutableWorld world, KeyTable keys) {
    this.world = world;
    this.keys = keys;
    this.schemaKeys = world.schema().keys().stream().map(Key::name).collect(Collectors.toSet());
  }

  /**
   * Applies rows {@code [from, to)}. A commit row settles the world at its tick.
   *
   * @param words where words of the rows are found, by row number; null if the codebook has them
   * @throws InvalidUseException if a row does not follow from the world's state: the log is not
   *     this world's
   */
  public void apply(Triples rows, int from, int to, Words words) {
    int start = from;
    while (start < to) {
      int end = start;
      if (to - start >= ScatterBlock.LEAST_ROWS) {
        end = scattered(rows, start, Math.min(to, start + ScatterBlock.MOST_ROWS));
        if (end > start) {
          learnAll(rows, start, end, words);
          block.apply(rows, start, end);
        }
      }
      int runsTo = end > start ? end : Math.min(to, start + ScatterBlock.MOST_ROWS);
      if (end == start) {
        applyRuns(rows, start, runsTo, words);
      }
      start = runsTo;
    }
  }

  /**
   * The end of the rows from {@code from} on that change no table's rows, counted for the block, if
   * the first of them jump from key to key so much that they are better sorted by key; else {@code
   * from}.
   */
  private int scattered(Triples rows, int from, int to) {
    char[] codes = rows.keys();
    int runs = 0;
    for (int row = from + 1; row < from + ScatterBlock.LEAST_ROWS; row++) {
      runs += codes[row] == codes[row - 1] ? 0 : 1;
    }
    if (runs <= ScatterBlock.LEAST_ROWS / 8) {
      return from;
    }
    if (actions.length < keys.size()) {
      action(keys.size() - 1);
    }
    int end = block.count(rows, from, to, plain);
    return end - from >= ScatterBlock.LEAST_ROWS ? end : from;
  }

  private void learnAll(Triples rows, int from, int to, Words words) {
    for (int row = from; words != null && row < to; row++) {
      if (actions[rows.keys()[row]].carriesWord) {
        learn(rows, row, row + 1, words);
      }
    }
  }

  private void applyRuns(Triples rows, int from, int to, Words words) {
    char[] codes = rows.keys();
    int start = from;
    while (start < to) {
      char code = codes[start];
      int end = start + 1;
      while (end < to && codes[end] == code) {
        end++;
      }
      Action action = action(code);
      if (action.carriesWord && words != null) {
        learn(rows, start, end, words);
      }
      applyRun(action, rows, start, end);
      start = end;
    }
  }

  private Action action(int code) {
    if (code >= actions.length) {
      int known = actions.length;
      Action[] more = Arrays.copyOf(actions, Math.max(keys.size(), code + 1));
      plain = Arrays.copyOf(plain, more.length);
      for (int i = known; i < more.length; i++) {
        more[i] = bind(keys.key(i));
        plain[i] = !more[i].isStructural();
      }
      actions = more;
    }
    return actions[code];
  }

  private Action bind(Key key) {
    boolean word = key.encoding() == KeyEncoding.CODE;
    String name = key.name();
    int dot = name.indexOf('.');
    switch (key.kind()) {
      case VALUE, BORN, DIED:
        if (isOfSchema(key)) {
          MutableTable table = world.table(name.substring(0, dot));
          MutableColumn column =
              key.kind() == KeyKind.VALUE ? table.column(name.substring(dot + 1)) : null;
          return new Action(key.kind(), table, column, word);
        }
        return new Action(KeyKind.EVENT, null, null, word);
      default:
        return new Action(key.kind(), null, null, word);
    }
  }

  /** Rows of keys that the schema does not make change no table (spec O-14). */
  private boolean isOfSchema(Key key) {
    return schemaKeys.contains(key.name());
  }

  private void learn(Triples rows, int from, int to, Words words) {
    MutableCodebook codebook = world.codebook();
    for (int row = from; row < to; row++) {
      int code = (int) Values.toInteger(rows.vals()[row]);
      if (code >= codebook.size()) {
        codebook.learn(code, words.word(row));
      }
    }
  }

  private void applyRun(Action action, Triples rows, int from, int to) {
    switch (action.kind) {
      case VALUE -> applyValues(action, rows, from, to);
      case BORN -> {
        for (int row = from; row < to; row++) {
          action.table.born(rows.rids()[row], (int) Values.toInteger(rows.vals()[row]));
        }
      }
      case DIED -> {
        for (int row = from; row < to; row++) {
          action.table.died(rows.rids()[row]);
        }
      }
      case COMMIT -> world.settle(rows.ticks()[to - 1]);
      default -> {
        // Lineage, events, inputs and schema rows change no table.
      }
    }
  }

  private void applyValues(Action action, Triples rows, int from, int to) {
    if (slots.length < to) {
      slots = new int[Math.max(to, slots.length * 2)];
    }
    int missing = action.table.slotsOf(rows.rids(), from, to, slots);
    if (missing >= 0) {
      throw notLive(action, rows.rids()[missing], rows.ticks()[missing]);
    }
    action.column.scatter(slots, rows.vals(), from, to);
  }

  static InvalidUseException notLive(Action action, int rid, long tick) {
    return new InvalidUseException(
        Text.of(
            "Cannot set %s of %s at tick %d: it is not live",
            action.column.fullName(), action.table.describe(rid), tick));
  }
}
