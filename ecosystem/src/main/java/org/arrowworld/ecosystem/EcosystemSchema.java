// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

import java.util.List;
import org.arrowworld.migration.Migrations;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;

/**
 * The five tables. Version 1 is what fresh runs write; version 2 has {@code hunger_buildup} f32
 * behind the other columns of {@code creature}.
 */
public final class EcosystemSchema {
  /** Version 1. */
  public static final WorldSchema VERSION_1 =
      new WorldSchema(
          1,
          List.of(
              creature().build(),
              food(),
              foodSpawner(),
              TableSchema.presence("hungry", "creature"),
              population()),
          List.of(EventKind.of("food_rate", ColumnType.F64)));

  /** The known changes: version 2 adds {@code creature.hunger_buildup}, zero-filled. */
  public static final Migrations MIGRATIONS =
      Migrations.from(1).add("creature", Column.of("hunger_buildup", ColumnType.F32)).build();

  private EcosystemSchema() {}

  private static TableSchema.Builder creature() {
    return TableSchema.row("creature")
        .column("pos_x", ColumnType.F32)
        .column("pos_y", ColumnType.F32)
        .column("vel_x", ColumnType.F32)
        .column("vel_y", ColumnType.F32)
        .column("energy", ColumnType.F32)
        .column("birth_t", ColumnType.F64)
        .lineage(Lineage.PARENT, Lineage.CAUSE)
        .event(EventKind.reference("ate", "food"));
  }

  private static TableSchema food() {
    return TableSchema.row("food")
        .column("pos_x", ColumnType.F32)
        .column("pos_y", ColumnType.F32)
        .column("value", ColumnType.F32)
        .build();
  }

  private static TableSchema foodSpawner() {
    return TableSchema.row("food_spawner")
        .withoutGenerations()
        .column("x0", ColumnType.F32)
        .column("y0", ColumnType.F32)
        .column("x1", ColumnType.F32)
        .column("y1", ColumnType.F32)
        .column("rate", ColumnType.F32)
        .build();
  }

  // A column "born" or "died" would have the key of the table's own births and deaths.
  private static TableSchema population() {
    return TableSchema.appendOnly("population")
        .column("tick", ColumnType.U64)
        .column("creatures", ColumnType.U32)
        .column("food", ColumnType.U32)
        .column("births", ColumnType.U32)
        .column("deaths", ColumnType.U32)
        .column("eaten", ColumnType.U32)
        .build();
  }
}
