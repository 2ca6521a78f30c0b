// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.internal.world.WorldState;
import org.arrowworld.schema.ColumnType;

/**
 * Finds the first tick at which two histories differ, by bisecting their digest chains, and names
 * what differs in it. Reads a few batches of each log, whatever their length, and the states at the
 * first tick where either history begins with a base; what lies before the divergence is equal as
 * surely as its digests are, which {@link Verifier} proves.
 */
public final class StoreDiff {

  /**
   * One difference.
   *
   * @param key full name of the key: table and column, {@code creature.energy}; {@code T.born} and
   *     {@code T.died} for births and deaths
   * @param id the entity's id, unsigned
   * @param left its value on the left, null where there is none
   * @param right its value on the right, null where there is none
   */
  public record Difference(String key, int id, Object left, Object right) {

    /** For people: key, id and both values. */
    @Override
    public String toString() {
      return Text.of(
          "%s %s: %s on the left, %s on the right",
          key,
          Integer.toUnsignedString(id),
          left == null ? "nothing" : left,
          right == null ? "nothing" : right);
    }
  }

  /** How two histories compare. */
  public enum Outcome {
    /** The same ticks with the same rows. */
    EQUAL,
    /** Rows differ. */
    DIFFERENT,
    /** Equal as far as the left one goes; the right one has more ticks. */
    RIGHT_GOES_ON,
    /** Equal as far as the right one goes; the left one has more ticks. */
    LEFT_GOES_ON
  }

  /**
   * What was found.
   *
   * @param outcome how they compare
   * @param firstCompared the first tick both stores have
   * @param lastEqual the last tick after which both are equal; empty if the first one differs
   * @param tick the first tick that differs, or that only one has
   * @param differences what differs in that tick, in the left one's order; at most as many as asked
   * @param differenceCount how many there are
   */
  public record Report(
      Outcome outcome,
      long firstCompared,
      OptionalLong lastEqual,
      OptionalLong tick,
      List<Difference> differences,
      long differenceCount) {

    /** For people: the verdict, and a line per difference. */
    @Override
    public String toString() {
      String equal =
          lastEqual.isPresent()
              ? Text.of("equal from tick %d to tick %d", firstCompared, lastEqual.getAsLong())
              : "nowhere equal";
      return switch (outcome) {
        case EQUAL -> equal;
        case LEFT_GOES_ON -> equal + "; only the left store goes on";
        case RIGHT_GOES_ON -> equal + "; only the right store goes on";
        case DIFFERENT -> {
          StringBuilder lines = new StringBuilder(equal);
          lines.append(Text.of("; different from tick %d on", tick.orElse(firstCompared)));
          differences.forEach(difference -> lines.append("\n  ").append(difference));
          long more = differenceCount - differences.size();
          yield lines.append(more > 0 ? Text.of("\n  and %d more", more) : "").toString();
        }
      };
    }
  }

  private final Timeline left;
  private final Timeline right;
  private final int most;

  private StoreDiff(Timeline left, Timeline right, int most) {
    this.left = left;
    this.right = right;
    this.most = most;
  }

  /**
   * Compares two histories from the first tick that both have.
   *
   * @param most how many differences to name
   * @throws InvalidUseException if their schemas differ or they have no tick in common
   */
  public static Report compare(Timeline left, Timeline right, int most, BufferAllocator allocator)
      throws IOException {
    if (!left.info().schema().equals(right.info().schema())) {
      throw new InvalidUseException(
          Text.of(
              "Cannot compare two stores of different schemas: version %d with tables %s, version %d with tables %s",
              left.info().schema().version(),
              left.info().schema().tables().stream().map(t -> t.name()).toList(),
              right.info().schema().version(),
              right.info().schema().tables().stream().map(t -> t.name()).toList()));
    }
    return new StoreDiff(left, right, most).run(allocator);
  }

  private Report run(BufferAllocator allocator) throws IOException {
    long first = Math.max(left.firstTick(), right.firstTick());
    long last = Math.min(left.lastTick(), right.lastTick());
    if (first > last) {
      throw new InvalidUseException(
          Text.of(
              "Cannot compare ticks %d to %d with ticks %d to %d: they have none in common",
              left.firstTick(), left.lastTick(), right.firstTick(), right.lastTick()));
    }
    boolean sameBeginning = isSameBeginning(first, allocator);
    if (sameBeginning && isEqualAt(last)) {
      return sameSoFar(first, last);
    }
    if (!sameBeginning || !isEqualAt(first)) {
      return differentAtFirst(first, allocator);
    }
    long equal = first;
    long different = last;
    while (different - equal > 1) {
      long middle = (equal + different) >>> 1;
      if (isEqualAt(middle)) {
        equal = middle;
      } else {
        different = middle;
      }
    }
    return differentRows(first, OptionalLong.of(left.positionOf(equal).tick()), different);
  }

  /**
   * Whether equal chains at the first tick mean equal states: a chain says nothing of the base that
   * a history begins with, if an earlier writer made it.
   */
  private boolean isSameBeginning(long first, BufferAllocator allocator) throws IOException {
    boolean oneStore = left.info().id().equals(right.info().id());
    if (oneStore || !(left.hasBase() || right.hasBase()) || !isEqualAt(first)) {
      return true;
    }
    try (MutableWorld a = left.at(first, allocator);
        MutableWorld b = right.at(first, allocator)) {
      return Hashes.beginning(WorldState.of(a)) == Hashes.beginning(WorldState.of(b));
    }
  }

  private boolean isEqualAt(long tick) throws IOException {
    return left.positionOf(tick).equals(right.positionOf(tick));
  }

  private Report sameSoFar(long first, long last) throws IOException {
    OptionalLong equal = OptionalLong.of(left.positionOf(last).tick());
    if (left.lastTick() == right.lastTick()) {
      return new Report(Outcome.EQUAL, first, equal, OptionalLong.empty(), List.of(), 0);
    }
    boolean leftGoesOn = left.lastTick() > right.lastTick();
    long next = (leftGoesOn ? left : right).log().firstTickAfter(last);
    Outcome outcome = leftGoesOn ? Outcome.LEFT_GOES_ON : Outcome.RIGHT_GOES_ON;
    return new Report(outcome, first, equal, OptionalLong.of(next), List.of(), 0);
  }

  private Report differentRows(long first, OptionalLong lastEqual, long tick) throws IOException {
    TickDiff rows = TickDiff.of(left.log(), right.log(), tick, most);
    return new Report(
        Outcome.DIFFERENT, first, lastEqual, OptionalLong.of(tick), rows.named(), rows.count());
  }

  /** Where the logs cannot tell, since a base stands before them, the states do. */
  private Report differentAtFirst(long first, BufferAllocator allocator) throws IOException {
    if (!left.hasBase() && !right.hasBase() && bothLog(first)) {
      return differentRows(first, OptionalLong.empty(), first);
    }
    List<Difference> named = new ArrayList<>();
    long[] count = {0};
    try (MutableWorld a = left.at(first, allocator);
        MutableWorld b = right.at(first, allocator)) {
      RowDiff.compare(
          a,
          b,
          d -> {
            if (count[0]++ < most) {
              named.add(difference(d, a, b));
            }
            return true;
          });
      int words = count[0] > 0 ? 0 : Math.max(a.codebook().size(), b.codebook().size());
      for (int code = 0; code < words; code++) { // that no row has
        String ours = code < a.codebook().size() ? a.codebook().word(code) : null;
        String theirs = code < b.codebook().size() ? b.codebook().word(code) : null;
        if (!Objects.equals(ours, theirs) && count[0]++ < most) {
          named.add(new Difference("(word)", code, ours, theirs));
        }
      }
    }
    return new Report(
        Outcome.DIFFERENT, first, OptionalLong.empty(), OptionalLong.of(first), named, count[0]);
  }

  private boolean bothLog(long tick) {
    return left.log().firstTick().isPresent()
        && right.log().firstTick().isPresent()
        && left.log().firstTick().get() == tick
        && right.log().firstTick().get() == tick;
  }

  private static Difference difference(
      RowDiff.Difference d, MutableWorld left, MutableWorld right) {
    String table = d.table() + ".";
    int id = d.entity().id();
    return switch (d.kind()) {
      case ONLY_LEFT -> new Difference(table + "born", id, (long) d.entity().gen(), null);
      case ONLY_RIGHT -> new Difference(table + "born", id, null, (long) d.entity().gen());
      case SLOT -> new Difference(table + "(slot)", id, d.left(), d.right());
      case VALUE -> {
        ColumnType type = d.column().type();
        yield new Difference(
            table + d.column().name(),
            id,
            NetChange.value(type, d.left(), left),
            NetChange.value(type, d.right(), right));
      }
    };
  }
}
