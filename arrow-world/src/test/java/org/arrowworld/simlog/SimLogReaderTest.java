// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import static org.arrowworld.simlog.SimLogTesting.NONE;
import static org.arrowworld.simlog.SimLogTesting.SMALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogWriter;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Key;
import org.arrowworld.schema.KeyKind;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.schema.Values;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.store.StoreInfo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Records as rows, as arrays with presence masks, and by field. */
class SimLogReaderTest {
  private final MemoryStorage storage = new MemoryStorage();

  @BeforeEach
  void write() throws IOException {
    try (SimLog log = SimLog.open(storage, SMALL)) {
      for (int i = 0; i < 100; i++) {
        SimRecord record = log.record(i * 0.5);
        record.set(log.field("id"), i);
        if (i % 10 == 3) {
          record.set(log.field("rare"), "r" + i);
        }
        if (i % 7 == 0) {
          record.set(log.field("flag"), i % 2 == 0);
        }
        if (i % 25 == 24) {
          record.set(log.field("mixed"), i);
        } else if (i % 25 == 5) {
          record.set(log.field("mixed"), "five");
        }
        record.end();
      }
    }
  }

  @Test
  void fields_say_their_type_and_how_many_values_there_are() throws IOException {
    try (SimLogReader reader = SimLogReader.open(storage)) {
      assertThat(reader.records()).isEqualTo(100);
      assertThat(reader.fields().stream().map(f -> f + " " + f.values()))
          .containsExactly(
              "time FLOAT64 100",
              "id INT64 100",
              "flag BOOL 15",
              "rare STRING 10",
              "mixed MIXED 8");
      assertThat(reader.field("rare").index()).isEqualTo(3);
      assertThatThrownBy(() -> reader.field("nope"))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Unknown field 'nope': this log has [time, id, flag, rare, mixed]");
    }
  }

  @Test
  void a_scan_by_field_visits_the_records_that_have_it() throws IOException {
    try (SimLogReader reader = SimLogReader.open(storage)) {
      SimFieldInfo rare = reader.field("rare");
      SimFieldInfo flag = reader.field("flag");
      List<String> seen = new ArrayList<>();
      reader.scan(List.of(rare, flag), r -> seen.add(r.ordinal() + "=" + r.toMap().values()));
      assertThat(seen)
          .hasSize(24)
          .startsWith("0=[true]", "3=[r3]", "7=[false]", "13=[r13]", "14=[true]")
          .contains("63=[r63, false]");
    }
  }

  @Test
  void a_view_gives_each_value_by_its_type_and_refuses_others() throws IOException {
    try (SimLogReader reader = SimLogReader.open(storage)) {
      SimFieldInfo time = reader.field("time");
      SimFieldInfo id = reader.field("id");
      SimFieldInfo rare = reader.field("rare");
      SimFieldInfo mixed = reader.field("mixed");
      reader.scan(
          r -> {
            assertThat(r.longValue(id)).isEqualTo(r.ordinal());
            assertThat(r.doubleValue(time)).isEqualTo(r.ordinal() * 0.5);
            assertThat(r.has(rare)).isEqualTo(r.ordinal() % 10 == 3);
            assertThat(r.field(0)).isSameAs(time);
            if (r.ordinal() == 24) {
              assertThat(r.type(mixed)).isEqualTo(SimType.INT64);
              assertThat(r.size()).isEqualTo(3);
            }
            if (r.ordinal() == 30) {
              assertThat(r.string(mixed)).isEqualTo("five");
              assertThat(r.value(rare)).isNull();
              assertThatThrownBy(() -> r.string(rare))
                  .isInstanceOf(InvalidUseException.class)
                  .hasMessage("Cannot read field 'rare' of record 30: it is absent");
              assertThatThrownBy(() -> r.doubleValue(id))
                  .isInstanceOf(InvalidUseException.class)
                  .hasMessage("Cannot read field 'id' of record 30 as FLOAT64: it is INT64");
            }
          });
    }
  }

  @Test
  void a_column_has_arrays_and_presence_masks() throws IOException {
    try (SimLogReader reader = SimLogReader.open(storage)) {
      SimColumn rare = reader.column(reader.field("rare"));
      assertThat(rare.size()).isEqualTo(100);
      assertThat(rare.present().stream()).containsExactly(3, 13, 23, 33, 43, 53, 63, 73, 83, 93);
      assertThat(rare.strings()[13]).isEqualTo("r13");
      assertThat(rare.strings()[14]).isNull();
      SimColumn flag = reader.column(reader.field("flag"));
      assertThat(flag.present().cardinality()).isEqualTo(15);
      assertThat(flag.booleans().stream()).containsExactly(0, 14, 28, 42, 56, 70, 84, 98);
      SimColumn mixed = reader.column(reader.field("mixed"));
      assertThat(mixed.present(SimType.INT64).stream()).containsExactly(24, 49, 74, 99);
      assertThat(mixed.present(SimType.STRING).stream()).containsExactly(5, 30, 55, 80);
      assertThat(mixed.present().cardinality()).isEqualTo(8);
      assertThat(mixed.longs()[99]).isEqualTo(99);
      assertThat(mixed.strings()[80]).isEqualTo("five");
      assertThatThrownBy(flag::longs)
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Cannot read field 'flag' as INT64: it is BOOL");
    }
  }

  @Test
  void blocks_together_are_the_columns() throws IOException {
    try (SimLogReader reader = SimLogReader.open(storage)) {
      SimFieldInfo id = reader.field("id");
      SimFieldInfo rare = reader.field("rare");
      List<String> seen = new ArrayList<>();
      reader.scanBlocks(
          List.of(rare, id),
          32,
          block -> {
            seen.add(Text.of("%d+%d", block.first(), block.size()));
            assertThat(block.columns()).hasSize(2);
            SimColumn ids = block.column(id);
            for (int i = 0; i < block.size(); i++) {
              long ordinal = block.first() + i;
              assertThat(ids.longs()[i]).isEqualTo(ordinal);
              assertThat(block.column(rare).strings()[i])
                  .isEqualTo(ordinal % 10 == 3 ? "r" + ordinal : null);
            }
            assertThatThrownBy(() -> block.column(reader.field("flag")))
                .hasMessage("Cannot read field 'flag' of this block: it was not asked for");
          });
      assertThat(seen).containsExactly("0+32", "32+32", "64+32", "96+4");
      seen.clear();
      reader.scanBlocks(
          List.of(reader.field("mixed")), 4, b -> seen.add(b.first() + "+" + b.size()));
      assertThat(seen)
          .containsExactly("4+4", "24+4", "28+4", "48+4", "52+4", "72+4", "80+4", "96+4");
    }
  }

  @Test
  void fields_of_another_reader_are_refused() throws IOException {
    try (SimLogReader one = SimLogReader.open(storage);
        SimLogReader other = SimLogReader.open(storage)) {
      assertThatThrownBy(() -> one.column(other.field("id")))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Cannot read field 'id': it belongs to another reader");
    }
  }

  @Test
  void a_live_log_is_read_as_it_was_when_opened() throws IOException {
    try (SimLog log = SimLog.open(storage, NONE)) {
      log.log(50, "id", 100);
      log.sync();
      try (SimLogReader reader = SimLogReader.open(storage)) {
        log.log(51, "id", 0.5);
        log.sync();
        assertThat(reader.records()).isEqualTo(101);
        assertThat(reader.column(reader.field("id")).longs()).endsWith(99, 100);
      }
    }
  }

  @Test
  void a_changed_byte_is_reported_and_never_read() throws IOException {
    byte[] segment = storage.bytes("log/live/00000000000000000000.arrows");
    int wrong = 0;
    for (int at = 0; at < segment.length; at += 97) {
      byte[] changed = segment.clone();
      changed[at] ^= 0x10;
      storage.put("log/live/00000000000000000000.arrows", changed);
      try (SimLogReader reader = SimLogReader.open(storage)) {
        long records = reader.records();
        reader.scan(r -> assertThat(r.longValue(reader.field("id"))).isEqualTo(r.ordinal()));
        wrong +=
            records == 100 && reader.tail().kind() == org.arrowworld.log.Tail.Kind.CLEAN ? 1 : 0;
      } catch (DamagedFileException | InvalidUseException e) {
        assertThat(e).hasMessageStartingWith("Cannot ");
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("version");
      }
    }
    assertThat(wrong).isZero();
  }

  /** Rows as another writer may leave them. */
  private static MemoryStorage foreign(List<Key> declared, int[][] rows) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    StoreInfo info = RecordStore.newInfo();
    info.write(storage);
    KeyTable keys = new KeyTable(info.schema().keys());
    LogWriter.Start start = new LogWriter.Start(info.id(), 1, true, LogPosition.START);
    LogOptions options = LogOptions.DEFAULT.withContainers(2, 2); // batches end inside records
    try (LogWriter writer = LogWriter.open(storage, start, keys, new MutableCodebook(), options)) {
      for (Key key : declared) {
        writer.declare(key);
      }
      writer.beginTick(0);
      for (int[] row : rows) {
        writer.append(row[0], row[1], Values.ofInteger(row[2]));
      }
      writer.commit();
    }
    return storage;
  }

  private static Key key(int code, String name, ColumnType type, KeyKind kind) {
    return new Key(code, name, type, kind, 0, Optional.empty());
  }

  @Test
  void suffixed_keys_alone_are_joined_and_the_last_of_two_values_counts() throws IOException {
    MemoryStorage foreign =
        foreign(
            List.of(
                key(1, "x#num", ColumnType.F64, KeyKind.EVENT),
                key(2, "x#bool", ColumnType.BOOL, KeyKind.EVENT)),
            new int[][] {{0, 1, 7}, {0, 1, 8}, {0, 2, 1}, {5, 1, 9}});
    assertThat(SimLogTesting.records(foreign).toString()).isEqualTo("{0={x=true}, 5={x=9}}");
    try (SimLog log = SimLog.open(foreign, NONE)) {
      assertThat(log.records()).isEqualTo(6);
      log.log(1, "x", 10);
    }
    assertThat(SimLogTesting.keys(foreign)).containsOnlyKeys("x#num", "x#bool", "time");
  }

  /** Spec G-2. */
  @Test
  void keys_and_row_ids_that_break_the_rules_are_refused() throws IOException {
    for (Key wrong :
        Arrays.asList(
            key(1, "x#foo", ColumnType.F64, KeyKind.EVENT),
            key(1, "x#i64", ColumnType.F64, KeyKind.EVENT),
            key(1, "x", ColumnType.I64, KeyKind.EVENT),
            key(1, "#num", ColumnType.F64, KeyKind.EVENT),
            key(1, "x", ColumnType.F64, KeyKind.INPUT))) {
      MemoryStorage store = foreign(List.of(wrong), new int[][] {{0, 1, 7}});
      assertThatThrownBy(() -> SimLogReader.open(store))
          .isInstanceOf(DamagedFileException.class)
          .hasMessageContaining("is not a key of a record log");
      assertThatThrownBy(() -> SimLog.open(store, NONE)).isInstanceOf(DamagedFileException.class);
    }
    MemoryStorage backwards =
        foreign(
            List.of(key(1, "x", ColumnType.F64, KeyKind.EVENT)),
            new int[][] {{4, 1, 7}, {3, 1, 7}});
    assertThatThrownBy(() -> SimLogReader.open(backwards))
        .isInstanceOf(DamagedFileException.class)
        .hasMessage("Cannot read log: record 4 is followed by one with row id 00000003");
  }

  @Test
  void a_column_of_mostly_missing_records_is_refused_before_it_takes_memory() throws IOException {
    MemoryStorage sparse =
        foreign(
            List.of(key(1, "x", ColumnType.F64, KeyKind.EVENT)),
            new int[][] {{2_000_000_000, 1, 7}});
    try (SimLogReader reader = SimLogReader.open(sparse)) {
      assertThat(reader.records()).isEqualTo(2_000_000_001L);
      assertThatThrownBy(() -> reader.column(reader.field("x")))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Cannot hold field 'x' of 2000000001 records in arrays: read it in blocks");
    }
  }
}
