// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import static org.arrowworld.runs.SmallSimulation.FAST;
import static org.arrowworld.runs.SmallSimulation.SCHEMA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.arrowworld.LiveWorld;
import org.arrowworld.Store;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.export.parquet.ParquetOptions;
import org.arrowworld.export.parquet.ParquetRowWriter;
import org.arrowworld.export.rows.MemoryRows;
import org.arrowworld.export.rows.RowColumn;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.published.Location;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.timeline.TickRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of runs: spec. */
class RunsTest {
  @TempDir private Path folder;

  private static final SweepPlan PLAN =
      SweepPlan.grid().vary("rate", 0.5, 1).vary("seed", SweepPlan.range(1, 3));

  private void sweep() throws IOException {
    new Sweep(folder, PLAN, SmallSimulation.to(10)).run();
  }

  private Path segment(String run) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(run).resolve("log"))) {
      return files.filter(f -> f.toString().endsWith(".arrow")).findFirst().orElseThrow();
    }
  }

  private static void damage(Path file, long at) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at < 0 ? open.length() + at : at);
      int old = open.read();
      open.seek(open.getFilePointer() - 1);
      open.write(old ^ 0x55);
    }
  }

  @Test
  void questionsGoToAllRunsWithTheRunBesideEachAnswer() throws IOException {
    sweep();
    Runs runs = Runs.open(folder);
    assertThat(runs.parameters()).containsExactly("rate", "seed");
    List<String> worlds = new ArrayList<>();
    runs.at(4, (run, world) -> worlds.add(run.name() + " " + world.table("ship").f64("x").get(0)));
    assertThat(worlds)
        .containsExactly(
            "000000 3.0", "000001 4.0", "000002 5.0", "000003 5.0", "000004 6.0", "000005 7.0");
    assertThat(runs.events("ship.seen").count()).isEqualTo(60);
    assertThat(runs.events().first().orElseThrow().run().name()).isEqualTo("000000");
    assertThat(runs.rows("ship.x", TickRange.of(9, 10)).count()).isEqualTo(12);
    assertThat(runs.lives("ship").toList()).hasSize(6);
    assertThat(runs.stats("ship.x").toList().get(3).value().mean()).isEqualTo(6.0);
  }

  @Test
  void statisticsByAParameterAreThoseOfAllItsRunsTogether() throws IOException {
    sweep();
    List<ParameterStats> found = Runs.open(folder).stats("ship.x", "rate");
    assertThat(found).extracting(ParameterStats::value).containsExactly(0.5, 1L);
    assertThat(found).extracting(ParameterStats::runs).containsExactly(3, 3);
    assertThat(found.get(0).summary().count()).isEqualTo(33);
    assertThat(found.get(0).summary().mean()).isEqualTo(4.5);
    assertThat(found.get(1).summary().quartiles()).containsExactly(4.0, 7.0, 10.0);
    assertThatThrownBy(() -> Runs.open(folder).stats("ship.x", "sed"))
        .isInstanceOf(InvalidUseException.class)
        .hasMessage(
            "Cannot group runs by 'sed': there are the parameters [rate, seed]; did you mean 'seed'?");
  }

  @Test
  void filtersCompareParametersAndStates() throws IOException {
    sweep();
    Runs runs = Runs.open(folder);
    assertThat(runs.where("rate == 1.0 and seed >= 2").list())
        .extracting(Run::name)
        .containsExactly("000004", "000005");
    assertThat(runs.where("state == done").list()).hasSize(6);
    assertThat(runs.where("run != '000000' and tick == 10").list()).hasSize(5);
    assertThat(runs.where("rate != 1").where("seed < 2").list()).hasSize(1);
    assertThat(runs.where("run == 1.50").list()).isEmpty();
    assertThat(runs.where("run != true").list()).hasSize(6);
    assertThatThrownBy(() -> runs.where("run < 5")).hasMessageContaining("< compares numbers");
    assertThatThrownBy(() -> runs.where("rat == 1"))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("column 1: there is no 'rat': there are [rate, seed, run,")
        .hasMessageEndingWith("did you mean 'rate'?");
    assertThatThrownBy(() -> runs.where("rate = 1"))
        .hasMessageContaining("expected NAME OPERATOR VALUE");
    assertThatThrownBy(() -> runs.where("rate == 1 or"))
        .hasMessageContaining("column 11: expected 'and'");
    assertThatThrownBy(() -> runs.where("state > done")).hasMessageContaining("> compares numbers");
  }

  @Test
  void filesOfRunsThatAFilterLeavesOutAreNotRead() throws IOException {
    sweep();
    for (String run : List.of("000000", "000001", "000002")) {
      Path segment = segment(run);
      FileTime before = Files.getLastModifiedTime(segment);
      damage(segment, Files.size(segment) / 2);
      Files.setLastModifiedTime(segment, before); // the catalogue does not notice
    }
    Runs runs = Runs.open(folder);
    assertThat(runs.read()).isZero();
    assertThat(runs.where("rate == 1").stats("ship.x").count()).isEqualTo(3);
    assertThatThrownBy(() -> runs.stats("ship.x").count()).isInstanceOf(DamagedFileException.class);
  }

  @Test
  void noCatalogueIsWrittenIntoAStore() throws IOException {
    sweep();
    Runs none = Runs.open(folder.resolve("000003"));
    assertThatThrownBy(none::save).hasMessageContaining("it lies in the store");
  }

  @Test
  void theCatalogueIsACacheThatMayBeMissingOldOrDamaged() throws IOException {
    sweep();
    Path catalogue = folder.resolve("runs.parquet");
    List<Run> known = Runs.open(folder).list();
    assertThat(Runs.open(folder).read()).isZero();
    Files.delete(catalogue);
    Runs without = Runs.open(folder);
    assertThat(without.read()).isEqualTo(6);
    assertThat(without.list()).isEqualTo(known);
    without.save();
    Files.setLastModifiedTime(segment("000003"), FileTime.fromMillis(1));
    assertThat(Runs.open(folder).read()).isEqualTo(1);
    assertThat(Runs.open(folder).list()).extracting(Run::state).containsOnly(RunState.DONE);
    for (long at : new long[] {0, 40, -6, -1}) {
      without.save();
      damage(catalogue, at);
      Runs damaged = Runs.open(folder);
      assertThat(damaged.list())
          .extracting(Run::tick)
          .isEqualTo(known.stream().map(Run::tick).toList());
    }
    assertThat(Runs.open(folder).warnings().get(0)).contains("the catalogue was passed over");
  }

  @Test
  void whatIsNoCatalogueIsNeitherOverwrittenNorDeleted() throws IOException {
    sweep();
    Path catalogue = folder.resolve("runs.parquet");
    Files.writeString(catalogue, "a letter");
    assertThatThrownBy(() -> Runs.open(folder).save())
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("something else has this name, which would be lost; move it away");
    assertThatThrownBy(this::sweep).isInstanceOf(InvalidUseException.class);
    assertThat(catalogue).hasContent("a letter");
    Files.delete(catalogue);
    try (Storage storage = new DiskStorage(folder)) {
      List<RowColumn> columns = List.of(RowColumn.required("run", ColumnType.STRING));
      new ParquetRowWriter(storage, ParquetOptions.DEFAULT)
          .write("runs.parquet", new MemoryRows("t", columns, List.of(List.of("a")), Map.of()));
    }
    assertThatThrownBy(() -> Runs.open(folder).save())
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("something else has this name");
    Files.delete(catalogue);
    Files.createSymbolicLink(catalogue, folder.resolve("sweep.json"));
    assertThatThrownBy(() -> Runs.open(folder).save())
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("it is a link");
    Files.delete(catalogue);
    Files.createDirectories(folder.resolve("sweep.json.tmp/mine"));
    assertThatThrownBy(
            () -> new Sweep(folder, SweepPlan.grid().vary("seed", 9), SmallSimulation.to(1)).run())
        .isInstanceOf(InvalidUseException.class)
        .hasMessageContaining("sweep.json.tmp stands where it is made");
    assertThat(folder.resolve("sweep.json.tmp/mine")).exists();
  }

  @Test
  void aCatalogueOfFarMoreRowsThanThereAreRunsIsNotRead() throws IOException {
    sweep();
    Runs runs = Runs.open(folder);
    try (Storage storage = new DiskStorage(folder)) {
      Catalogue.write(storage, Collections.nCopies(20_000, runs.list().get(0)), runs.parameters());
    }
    Runs again = Runs.open(folder);
    assertThat(again.warnings().get(0))
        .contains("it says to have 20000 rows, and there are 6 runs");
    assertThat(again.list()).isEqualTo(runs.list());
  }

  @Test
  void rowsAreThoseOfTheLogAndLinksAreNotFollowed(@TempDir Path other) throws IOException {
    sweep();
    Parameters parameters = Runs.open(folder).run("000001").parameters();
    for (int i = 0; i < 4; i++) {
      try (LiveWorld world = LiveWorld.resume(folder.resolve("000001"))) {
        SmallSimulation.tick(world, parameters);
        world.seal();
      }
    }
    try (Store store = Store.open(folder.resolve("000001"))) {
      store.compact(StoreCompaction.Options.ALL_TICKS.keepingTicks(2));
      assertThat(Runs.open(folder).run("000001").rows()).hasValue(store.verify().rows());
      assertThat(store.verify().rows()).isLessThan(12);
      store.fork(13, folder.resolve("forked"));
    }
    Files.move(folder.resolve("000002"), other.resolve("elsewhere"));
    Files.createSymbolicLink(folder.resolve("000002"), other.resolve("elsewhere"));
    Runs runs = Runs.open(folder);
    assertThat(runs.run("forked").tick()).hasValue(13);
    assertThat(runs.run("forked").rows()).hasValue(0);
    assertThat(runs.run("000002").state()).isEqualTo(RunState.DAMAGED);
    assertThat(runs.run("000002").message()).hasValue("it is a link, and links are not followed");
  }

  @Test
  void aRunWhoseStoreIsGoneIsMadeAgain() throws IOException {
    sweep();
    try (Storage storage = new DiskStorage(folder)) {
      AtomicFiles.discard(storage, "000000");
      AtomicFiles.discard(storage, "000001");
    }
    Files.writeString(folder.resolve("outcomes/000001.json"), "no outcome");
    assertThat(Runs.open(folder).list())
        .extracting(Run::state)
        .startsWith(RunState.WAITING, RunState.WAITING, RunState.DONE);
    SweepReport report = new Sweep(folder, PLAN, SmallSimulation.to(10)).run();
    assertThat(report.started()).isEqualTo(2);
    assertThat(report.isDone()).isTrue();
  }

  @Test
  void whateverIsDamagedInTheFoldersOwnFilesNothingWrongIsShown() throws IOException {
    sweep();
    List<Run> known = Runs.open(folder).list();
    long seed = System.nanoTime();
    java.util.Random random = new java.util.Random(seed);
    for (String file : List.of("runs.parquet", "sweep.json", "outcomes/000002.json")) {
      Path path = folder.resolve(file);
      byte[] sound = Files.readAllBytes(path);
      for (int i = 0; i < 100; i++) {
        byte[] damaged = sound.clone();
        damaged[random.nextInt(sound.length)] ^= (byte) (1 << random.nextInt(8));
        Files.write(
            path,
            i % 4 == 0 ? java.util.Arrays.copyOf(sound, random.nextInt(sound.length)) : damaged);
        try {
          for (Run run : Runs.open(folder).list()) {
            Run before = known.get(Integer.parseInt(run.name()));
            assertThat(run.parameters())
                .as("seed %d, %s", seed, file)
                .isEqualTo(before.parameters());
            if (run.state() == RunState.DAMAGED) {
              assertThat(run.name()).as("seed %d, %s", seed, file).isEqualTo("000002");
            } else {
              assertThat(run.state()).as("seed %d, %s", seed, file).isEqualTo(RunState.DONE);
              assertThat(run.tick()).as("seed %d, %s", seed, file).isEqualTo(before.tick());
            }
          }
        } catch (DamagedFileException e) {
          assertThat(e.file()).as("seed %d", seed).isEqualTo("sweep.json");
        }
      }
      Files.write(path, sound);
    }
  }

  @Test
  void statesComeFromTheRunsOwnFiles() throws IOException {
    new Sweep(
            folder,
            PLAN,
            run -> {
              if (run.name().equals("000002")) {
                throw new IllegalStateException("bad luck");
              }
              SmallSimulation.to(10).run(run);
            })
        .run();
    try (LiveWorld world = LiveWorld.resume(folder.resolve("000001"), FAST)) {
      SmallSimulation.tick(world, Runs.open(folder).run("000001").parameters());
    }
    assertThat(Runs.open(folder).run("000001").state()).isEqualTo(RunState.BEGUN);
    damage(folder.resolve("000003").resolve("store.json"), 30);
    damage(folder.resolve("outcomes").resolve("000004.json"), 30);
    Files.delete(folder.resolve("outcomes").resolve("000005.json"));
    try (LiveWorld world = LiveWorld.create(folder.resolve("apart"), SCHEMA, FAST)) {
      world.tick(t -> t.table("ship").insert().set("x", 1.0));
    }
    assertThat(Runs.open(folder).run("apart").state()).isEqualTo(RunState.BEGUN);
    try (LiveWorld world = LiveWorld.resume(folder.resolve("apart"), FAST)) {
      world.seal();
    }
    Files.createDirectories(folder.resolve("notes"));
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("000000"));
    Runs runs = Runs.open(folder);
    assertThat(runs.list())
        .extracting(run -> run.name() + " " + run.state())
        .containsExactly(
            "000000 done",
            "000001 begun",
            "000002 failed",
            "000003 damaged",
            "000004 damaged",
            "000005 begun",
            "apart done");
    assertThat(runs.run("000001").tick()).hasValue(11);
    assertThat(runs.run("000003").message().orElseThrow()).contains("store.json");
    assertThatThrownBy(() -> runs.stats("ship.x").count())
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("run 000003 cannot be read: ")
        .hasMessageContaining("where(\"state != damaged\")");
    assertThat(runs.where("state != damaged").stats("ship.x").count()).isEqualTo(4);
  }

  @Test
  void aStoreThatSaysAnotherParameterThanThePlanIsDamaged() throws IOException {
    new Sweep(
            folder,
            SweepPlan.grid().vary("seed", 1),
            run -> {
              try (LiveWorld world =
                  LiveWorld.create(run.directory(), SCHEMA, FAST.withProperty("seed", "2"))) {
                world.tick(t -> t.table("ship").insert().set("x", 1.0));
              }
            })
        .run();
    assertThat(Runs.open(folder).list().get(0).message())
        .hasValue("the store says that seed is 2, the plan that it is 1");
  }

  @Test
  void aFolderOfAnyStoresHasTheirPropertiesAsParameters() throws IOException {
    for (String kind : List.of("wolf", "sheep")) {
      try (LiveWorld world =
          LiveWorld.create(
              folder.resolve(kind),
              SCHEMA,
              FAST.withProperty("kind", kind).withProperty("a b", ""))) {
        world.tick(t -> t.table("ship").insert().set("x", 1.0));
        world.seal();
      }
    }
    Runs runs = Runs.open(folder);
    assertThat(runs.parameters()).containsExactly("kind");
    assertThat(runs.where("kind == wolf and state == done").list()).hasSize(1);
  }

  @Test
  void aTickThatARunHasNotIsRefused() throws IOException {
    sweep();
    assertThatThrownBy(() -> Runs.open(folder).at(11, (run, world) -> {}))
        .isInstanceOf(InvalidUseException.class);
    Runs.open(folder).where("tick >= 11").at(11, (run, world) -> {});
    assertThatThrownBy(() -> Runs.open(folder.resolve("none")))
        .isInstanceOf(StoreNotFoundException.class);
  }

  @Test
  void columnsOfTheCatalogueHaveTheTypesOfTheirValues() {
    assertThat(type("1", "2")).isEqualTo(org.arrowworld.schema.ColumnType.I64);
    assertThat(type("1", "2.5")).isEqualTo(org.arrowworld.schema.ColumnType.F64);
    assertThat(type("9007199254740993", "2.5")).isEqualTo(org.arrowworld.schema.ColumnType.STRING);
    assertThat(type("true", "false")).isEqualTo(org.arrowworld.schema.ColumnType.BOOL);
    assertThat(type("true", "1")).isEqualTo(org.arrowworld.schema.ColumnType.STRING);
    for (String word :
        List.of("", "01", "+1", "1.", ".5", "-0", "1e999", "NaN", "9223372036854775808")) {
      assertThat(Parameters.value(word)).as(word).isEqualTo(word);
    }
    assertThat(Parameters.value("-9223372036854775808")).isEqualTo(Long.MIN_VALUE);
    assertThat(Parameters.value("-0.5e-3")).isEqualTo(-0.0005);
  }

  private org.arrowworld.schema.ColumnType type(String... texts) {
    List<Run> runs = new ArrayList<>();
    for (String text : texts) {
      runs.add(
          new Run(
              "r",
              Location.of(folder),
              Parameters.ofTexts(java.util.Map.of("p", text)),
              RunState.WAITING,
              java.util.OptionalLong.empty(),
              java.util.OptionalLong.empty(),
              java.util.Optional.empty(),
              java.util.Optional.empty(),
              java.util.Optional.empty()));
    }
    return Catalogue.type("p", runs);
  }
}
