// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.migration;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.internal.world.MutableTable;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.snapshot.Snapshot;

/**
 * The known changes of a world's schema, one list of steps per version (spec migrations.md).
 * Immutable.
 *
 * <pre>{@code
 * Migrations known =
 *     Migrations.from(1)
 *         .add("creature", Column.of("hunger_buildup", ColumnType.F32))
 *         .next() // what follows leads to version 3
 *         .widen("food", "value", ColumnType.F64)
 *         .build();
 * MutableWorld world = known.load(snapshot, allocator); // of version 1, 2 or 3; the files stay as they are
 * }</pre>
 */
public final class Migrations {
  private final int firstVersion;
  private final List<List<Step>> versions;

  private Migrations(int firstVersion, List<List<Step>> versions) {
    this.firstVersion = firstVersion;
    this.versions = versions;
  }

  /** Starts a list whose first steps lead from a version to the next one. */
  public static Builder from(int version) {
    if (version < 1) {
      throw new InvalidUseException(
          Text.of("Cannot migrate from schema version %d: versions begin at 1", version));
    }
    return new Builder(version);
  }

  /** The oldest version that is read. */
  public int firstVersion() {
    return firstVersion;
  }

  /** The version that worlds get. */
  public int lastVersion() {
    return firstVersion + versions.size();
  }

  /** What is done to a world of a version, in order. */
  public List<String> describe(int version) {
    return steps(version).stream().flatMap(List::stream).map(Step::describe).toList();
  }

  private List<List<Step>> steps(int version) {
    return versions.subList(version - firstVersion, versions.size());
  }

  /**
   * Checks that a version is known.
   *
   * @param where what has it, for the message
   * @throws UnsupportedVersionException if it is newer than the last
   * @throws InvalidUseException if it is older than the first
   */
  public void check(String where, int version) throws IOException {
    if (version > lastVersion()) {
      throw new UnsupportedVersionException(
          where, "schema version", version, firstVersion + " to " + lastVersion());
    }
    if (version < firstVersion) {
      throw new InvalidUseException(
          Text.of(
              "Cannot migrate %s: it has schema version %d, the steps begin at %d",
              where, version, firstVersion));
    }
  }

  /**
   * The schema of the last version that an older one leads to; itself if it is of the last version.
   *
   * @throws InvalidUseException naming the step that does not fit the schema
   */
  public WorldSchema migrate(WorldSchema schema) throws IOException {
    check("the world's schema", schema.version());
    WorldSchema migrated = schema;
    for (List<Step> version : steps(schema.version())) {
      migrated = next(migrated, version);
    }
    return migrated;
  }

  private static WorldSchema next(WorldSchema schema, List<Step> steps) {
    Map<String, TableSchema> tables = new LinkedHashMap<>();
    schema.tables().forEach(table -> tables.put(table.name(), table));
    for (Step step : steps) {
      TableSchema table = tables.get(step.table());
      if (table == null) {
        throw step.refused(
            "the world has no such table, only " + Nearest.of(step.table(), tables.keySet()));
      }
      try {
        tables.put(table.name(), step.apply(table));
      } catch (InvalidUseException e) {
        boolean named = e.getMessage().startsWith("Cannot " + step.describe());
        throw named ? e : step.refused(e.getMessage());
      }
    }
    return new WorldSchema(schema.version() + 1, List.copyOf(tables.values()), schema.inputs());
  }

  /**
   * A snapshot of any known version as a world of the last one. The snapshot's files stay as they
   * are.
   *
   * @return the world, which the caller closes
   */
  public MutableWorld load(Snapshot snapshot, BufferAllocator allocator) throws IOException {
    check("the snapshot of tick " + snapshot.position().tick(), snapshot.schema().version());
    try (MutableWorld old = snapshot.load(allocator)) {
      return migrate(old, allocator);
    }
  }

  /**
   * A world of any known version as a new one of the last, at the same tick, with the same ids,
   * generations and free ids. The old one stays as it is.
   *
   * @return the world, which the caller closes
   */
  public MutableWorld migrate(MutableWorld old, BufferAllocator allocator) throws IOException {
    WorldSchema schema = migrate(old.schema());
    MutableCodebook codebook = copy(old.codebook());
    Map<String, TableData> data = new LinkedHashMap<>();
    Map<String, TableSchema> tables = new LinkedHashMap<>();
    for (MutableTable table : old.tables()) {
      data.put(table.name(), new TableData(table, codebook));
      tables.put(table.name(), table.schema());
    }
    for (List<Step> version : steps(old.schema().version())) {
      for (Step step : version) {
        TableSchema before = tables.get(step.table());
        step.apply(data.get(step.table()), before.columns());
        tables.put(step.table(), step.apply(before));
      }
    }
    MutableWorld world = new MutableWorld(schema, codebook, allocator);
    try {
      for (MutableTable table : old.tables()) {
        TableData migrated = data.get(table.name());
        migrated.columns(tables.get(table.name()).allColumns());
        restore(world.table(table.name()), table, migrated);
      }
      world.settle(old.tick());
      return world;
    } catch (RuntimeException | Error e) {
      world.close();
      throw e;
    }
  }

  private static MutableCodebook copy(MutableCodebook old) {
    MutableCodebook copy = new MutableCodebook();
    for (int code = 0; code < old.size(); code++) {
      copy.learn(code, old.word(code));
    }
    return copy;
  }

  private static void restore(MutableTable target, MutableTable old, TableData data) {
    int[] freeIds = old.deadIds();
    int[] freeGens = new int[freeIds.length];
    for (int i = 0; i < freeIds.length; i++) {
      freeGens[i] = old.lastGeneration(freeIds[i]);
    }
    target.restore(data, old.nextId(), freeIds, freeGens);
  }

  /** Collects steps. */
  public static final class Builder {
    private static final String DESCRIBE = "describe a column";

    private final int firstVersion;
    private final List<List<Step>> versions = new ArrayList<>();
    private List<Step> steps = new ArrayList<>();

    private Builder(int firstVersion) {
      this.firstVersion = firstVersion;
    }

    Builder step(Step step) {
      steps.add(step);
      return this;
    }

    /** Adds a column behind the others; the rows there are get its default. */
    public Builder add(String table, Column column) {
      return step(new AddColumn(table, column, null));
    }

    /** Adds a string column behind the others; the rows there are get a word. */
    public Builder addWords(String table, String column, String word) {
      return addWords(table, Column.of(column, ColumnType.STRING), word);
    }

    /** As {@link #addWords(String, String, String)}, of a column with a unit or a doc. */
    public Builder addWords(String table, Column column, String word) {
      return step(new AddColumn(table, column, word));
    }

    /** Gives a column another name. */
    public Builder rename(String table, String from, String to) {
      return step(new RenameColumn(table, from, to));
    }

    /** Gives a column a type that holds every value of its old one. */
    public Builder widen(String table, String column, ColumnType type) {
      return step(new WidenColumn(table, column, type));
    }

    /** Takes a column away with its values. */
    public Builder drop(String table, String column) {
      return step(new DropColumn(table, column));
    }

    /**
     * Replaces each value of a column by a function of it. f32 columns take the nearest float32; a
     * value that does not fit an integer or bool column is an error when a world is migrated.
     */
    public Builder map(String table, String column, DoubleUnaryOperator function) {
      return step(new MapColumn(table, column, function));
    }

    /** Says what a column's values are counted in; empty takes that away. */
    public Builder unit(String table, String column, String unit) {
      return step(new DescribeColumn(table, column, Given.required(DESCRIBE, "unit", unit), null));
    }

    /** Says what a column is, for people; empty takes that away. */
    public Builder doc(String table, String column, String doc) {
      return step(new DescribeColumn(table, column, null, Given.required(DESCRIBE, "doc", doc)));
    }

    /** Ends the steps of a version; what follows leads to the next one. */
    public Builder next() {
      versions.add(List.copyOf(steps));
      steps = new ArrayList<>();
      return this;
    }

    /** The migrations; the steps since the last {@link #next}, if any, lead to one more version. */
    public Migrations build() {
      if (!steps.isEmpty() || versions.isEmpty()) {
        next();
      }
      return new Migrations(firstVersion, List.copyOf(versions));
    }
  }
}
