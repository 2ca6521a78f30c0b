// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.apache.spark.unsafe.types.UTF8String;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.timeline.Life;

/**
 * The lives of a table of one run.
 *
 * @param history what happened after its end is not shown
 */
record LivesPart(RunLocation run, PlannedHistory history, String table, Columns columns)
    implements Part {

  @Override
  public PartitionReader<ColumnarBatch> open() throws IOException {
    List<Life> lives = new ArrayList<>();
    long lastTick = history.lastTick();
    try (Store store = history.openWhole(run)) {
      store
          .lives(table)
          .forEach(
              life -> {
                if (life.born().orElse(-1) <= lastTick) {
                  lives.add(life);
                }
              });
    } catch (DamagedFileException e) {
      throw run.named(e);
    }
    return new OneBatch(columns.batch(run.constants(), name -> column(name, lives), lives.size()));
  }

  private ColumnVector column(String name, List<Life> lives) {
    return switch (name) {
      case "rid" -> Vectors.unsigned(lives.stream().mapToInt(l -> l.entity().id()).toArray());
      case "gen" -> Vectors.unsigned(lives.stream().mapToInt(l -> l.entity().gen()).toArray());
      case "born" -> ticks(lives.stream().map(Life::born).toList());
      case "died" -> ticks(lives.stream().map(this::died).toList());
      case "cause" ->
          Vectors.words(
              lives.stream()
                  .map(
                      l ->
                          died(l).isEmpty()
                              ? null
                              : l.cause().map(UTF8String::fromString).orElse(null))
                  .toArray(UTF8String[]::new));
      case "parent_rid" ->
          Vectors.countsOrNull(
              lives.stream()
                  .mapToLong(l -> l.parent().map(p -> Integer.toUnsignedLong(p.id())).orElse(-1L))
                  .toArray());
      default ->
          Vectors.countsOrNull(
              lives.stream()
                  .mapToLong(l -> l.parent().map(p -> Integer.toUnsignedLong(p.gen())).orElse(-1L))
                  .toArray());
    };
  }

  private OptionalLong died(Life life) {
    return life.died().orElse(Long.MAX_VALUE) <= history.lastTick()
        ? life.died()
        : OptionalLong.empty();
  }

  private static ColumnVector ticks(List<OptionalLong> ticks) {
    return Vectors.countsOrNull(ticks.stream().mapToLong(t -> t.orElse(-1)).toArray());
  }
}
