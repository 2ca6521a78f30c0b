// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.simlog;

import static org.arrowworld.simlog.SimLogTesting.NONE;
import static org.arrowworld.simlog.SimLogTesting.SMALL;
import static org.arrowworld.simlog.SimLogTesting.keys;
import static org.arrowworld.simlog.SimLogTesting.records;
import static org.arrowworld.simlog.SimLogTesting.type;
import static org.arrowworld.simlog.SimLogTesting.values;
import static org.arrowworld.simlog.SimLogTesting.verify;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.storage.MemoryStorage;
import org.junit.jupiter.api.Test;

/** What goes into a record comes out of it, with its type (spec G-4 to G-6). */
class SimLogTypesTest {
  private final MemoryStorage storage = new MemoryStorage();

  private void log(String field, Object... values) throws IOException {
    try (SimLog log = SimLog.open(storage, NONE)) {
      for (Object value : values) {
        log.log(0.5, field, value);
      }
    }
    verify(storage);
  }

  @Test
  void a_record_is_read_back_with_its_types() throws IOException {
    try (SimLog log = SimLog.open(storage, NONE)) {
      log.log(0.5, "activity", "picking", "entity", 7, "value", 1.5, "done", true);
      log.log(1, "entity", 8);
    }
    assertThat(records(storage))
        .containsEntry(
            0L,
            Map.of("time", 0.5, "activity", "picking", "entity", 7L, "value", 1.5, "done", true))
        .containsEntry(1L, Map.of("time", 1.0, "entity", 8L));
    assertThat(keys(storage))
        .containsExactly(
            Map.entry("time", "f64"),
            Map.entry("activity", "string"),
            Map.entry("entity", "f64"),
            Map.entry("value", "f64"),
            Map.entry("done", "bool"));
  }

  @Test
  void null_and_missing_are_the_same_absent_value() throws IOException {
    try (SimLog log = SimLog.open(storage, NONE)) {
      log.log(0, "a", null, "b", 1);
      log.log(1, "b", 2);
      SimField a = log.field("a");
      log.record(2).set(a, (String) null).end();
    }
    assertThat(records(storage))
        .containsEntry(0L, Map.of("time", 0L, "b", 1L))
        .containsEntry(1L, Map.of("time", 1L, "b", 2L))
        .containsEntry(2L, Map.of("time", 2L));
    assertThat(keys(storage)).containsOnlyKeys("time", "b");
    try (SimLogReader reader = SimLogReader.open(storage)) {
      assertThat(reader.find("a")).isEmpty();
    }
  }

  @Test
  void integers_then_a_float_widen_without_truncation() throws IOException {
    log("x", 1, -2L, (short) 3, (byte) 4);
    assertThat(values(storage, "x")).containsExactly(1L, -2L, 3L, 4L);
    log("x", 1.5f);
    assertThat(type(storage, "x")).isEqualTo(SimType.FLOAT64);
    assertThat(values(storage, "x")).containsExactly(1.0, -2.0, 3.0, 4.0, 1.5);
    assertThat(keys(storage)).containsOnlyKeys("time", "x");
  }

  @Test
  void integral_floats_read_as_integers_and_minus_zero_does_not() throws IOException {
    log("x", 1.0, 2.0, 0.0);
    assertThat(values(storage, "x")).containsExactly(1L, 2L, 0L);
    log("x", -0.0);
    assertThat(values(storage, "x")).containsExactly(1.0, 2.0, 0.0, -0.0);
  }

  @Test
  void integers_are_exact_on_both_sides_of_2_to_the_53() throws IOException {
    long edge = 1L << 53;
    Object[] integers = {
      edge - 1, edge, edge + 1, -edge, -edge - 1, Long.MAX_VALUE, Long.MIN_VALUE, 0L
    };
    log("n", integers);
    assertThat(type(storage, "n")).isEqualTo(SimType.INT64);
    assertThat(values(storage, "n")).containsExactly(integers);
    assertThat(keys(storage)).containsEntry("n", "f64").containsEntry("n#i64", "i64");
  }

  @Test
  void a_large_integer_comes_first_and_the_bare_name_goes_to_what_follows() throws IOException {
    log("n", Long.MAX_VALUE, "word", 7);
    assertThat(keys(storage))
        .containsExactly(
            Map.entry("time", "f64"),
            Map.entry("n#i64", "i64"),
            Map.entry("n", "string"),
            Map.entry("n#num", "f64"));
    assertThat(values(storage, "n")).containsExactly(Long.MAX_VALUE, "word", 7L);
  }

  @Test
  void floats_beyond_2_to_the_53_stay_floats() throws IOException {
    log("x", 0x1p60, 1e300);
    assertThat(values(storage, "x")).containsExactly(0x1p60, 1e300);
  }

  @Test
  void large_integers_join_floats_only_where_nothing_is_rounded() throws IOException {
    log("x", 1L << 60, 0.5);
    assertThat(type(storage, "x")).isEqualTo(SimType.FLOAT64);
    assertThat(values(storage, "x")).containsExactly(0x1p60, 0.5);
    log("x", (1L << 60) + 1);
    assertThat(type(storage, "x")).isEqualTo(SimType.MIXED);
    assertThat(values(storage, "x")).containsExactly(1L << 60, 0.5, (1L << 60) + 1);
  }

  @Test
  void the_largest_long_is_not_taken_for_the_float_beside_it() throws IOException {
    log("x", Long.MAX_VALUE, 0.5);
    assertThat(values(storage, "x")).containsExactly(Long.MAX_VALUE, 0.5);
  }

  @Test
  void every_bit_of_a_float_is_kept() throws IOException {
    double payload = Double.longBitsToDouble(0x7FF0_0000_0000_0BADL);
    log("x", payload, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE, -0.0);
    assertThat(values(storage, "x").stream().map(v -> Double.doubleToRawLongBits((Double) v)))
        .containsExactly(
            0x7FF0_0000_0000_0BADL,
            Double.doubleToRawLongBits(Double.NaN),
            Double.doubleToRawLongBits(Double.POSITIVE_INFINITY),
            1L,
            Long.MIN_VALUE);
  }

  @Test
  void strings_and_booleans_in_a_numeric_field_join_it() throws IOException {
    log("x", 1, "one", true, 2);
    assertThat(keys(storage))
        .containsExactly(
            Map.entry("time", "f64"),
            Map.entry("x", "f64"),
            Map.entry("x#str", "string"),
            Map.entry("x#bool", "bool"));
    assertThat(type(storage, "x")).isEqualTo(SimType.MIXED);
    assertThat(values(storage, "x")).containsExactly(1L, "one", true, 2L);
  }

  @Test
  void numbers_and_booleans_in_a_string_field_join_it() throws IOException {
    log("s", "one", 1, false, 1.5);
    assertThat(keys(storage))
        .containsExactly(
            Map.entry("time", "f64"),
            Map.entry("s", "string"),
            Map.entry("s#num", "f64"),
            Map.entry("s#bool", "bool"));
    assertThat(values(storage, "s")).containsExactly("one", 1.0, false, 1.5);
  }

  @Test
  void strings_in_a_boolean_field_join_it() throws IOException {
    log("b", true, "maybe", false, 3);
    assertThat(keys(storage)).containsOnlyKeys("time", "b", "b#str", "b#num");
    assertThat(values(storage, "b")).containsExactly(true, "maybe", false, 3L);
  }

  @Test
  void empty_and_unicode_strings_are_values() throws IOException {
    Object[] words = {"", " ", "\u0000", "grün", "日本", "🦊", "a\nb", "null"};
    log("s", words);
    assertThat(values(storage, "s")).containsExactly(words);
  }

  @Test
  void a_hundred_thousand_distinct_strings_come_back() throws IOException {
    int count = 100_000;
    try (SimLog log = SimLog.open(storage, NONE.withContainers(2, 5000))) {
      SimField word = log.field("word");
      for (int i = 0; i < count; i++) {
        log.record(i).set(word, "word " + i).end();
      }
    }
    try (SimLog log = SimLog.open(storage, NONE)) {
      for (int i = count - 1; i >= 0; i -= 1000) {
        log.log(i, "word", "word " + i);
      }
    }
    try (SimLogReader reader = SimLogReader.open(storage)) {
      SimColumn column = reader.column(reader.field("word"));
      assertThat(column.size()).isEqualTo(count + 100);
      for (int i = 0; i < count; i++) {
        assertThat(column.strings()[i]).isEqualTo("word " + i);
      }
      for (int i = 0; i < 100; i++) {
        assertThat(column.strings()[count + i]).isEqualTo("word " + (count - 1 - 1000 * i));
      }
    }
    verify(storage);
  }

  @Test
  void any_text_can_name_a_field() throws IOException {
    List<String> names =
        List.of(
            "concept:name",
            "tick.commit",
            "a#i64",
            "a",
            "a#",
            "#",
            "##num",
            "größe",
            "🦊",
            " ",
            "creature.x",
            "a.b.c",
            "x\ny",
            "\"q\"",
            "in.rate",
            "n".repeat(1000));
    Map<String, Object> expected = new LinkedHashMap<>();
    try (SimLog log = SimLog.open(storage, SMALL)) {
      SimRecord record = log.record();
      for (String name : names) {
        record.set(log.field(name), name.length() + 0.5);
        expected.put(name, name.length() + 0.5);
      }
      record.end();
      record = log.record();
      for (String name : names) {
        record.set(log.field(name), "word");
      }
      record.end();
    }
    assertThat(records(storage).get(0L)).isEqualTo(expected);
    assertThat(records(storage).get(1L)).hasSize(names.size()).containsValue("word");
    assertThat(keys(storage))
        .containsKeys("tick.commit#num", "tick.commit#str", "a##i64", "a", "a##", "##", "####num");
    try (SimLog log = SimLog.open(storage, SMALL)) {
      SimRecord record = log.record();
      for (String name : names) {
        record.set(log.field(name), Long.MIN_VALUE);
      }
      record.end();
    }
    assertThat(records(storage).get(2L).keySet()).containsExactlyElementsOf(names);
    verify(storage);
  }

  @Test
  void names_that_cannot_be_stored_are_refused() throws IOException {
    try (SimLog log = SimLog.open(storage, NONE)) {
      assertThatThrownBy(() -> log.field(""))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Cannot name a field '': it is empty");
      assertThatThrownBy(() -> log.field("ü".repeat(501)))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageEndingWith("it is longer than 1000 bytes of UTF-8");
      assertThatThrownBy(() -> log.field("a\uD800"))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("it has a surrogate without its pair at char");
    }
  }

  @Test
  void values_that_cannot_be_stored_leave_nothing_behind() throws IOException {
    try (SimLog log = SimLog.open(storage, NONE)) {
      log.log(0, "s", "first");
      assertThatThrownBy(() -> log.log(1, "s", "new word", "x", new Object[0]))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage(
              "Cannot log a [Ljava.lang.Object; in field 'x': expected a string, number, boolean or null");
      assertThatThrownBy(() -> log.log(1, "t", "new word", "s", "\uDC00"))
          .isInstanceOf(InvalidUseException.class)
          .hasMessageContaining("it has a surrogate without its pair at char");
      assertThatThrownBy(() -> log.log(1, "s"))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Cannot log 1 names and values: expected pairs");
      assertThatThrownBy(() -> log.log(1, 5, 6))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Cannot log a value under 5: expected a field's name");
      assertThatThrownBy(() -> log.log(1, "s", "new word", "time", 2))
          .isInstanceOf(InvalidUseException.class)
          .hasMessage("Cannot set field 'time' twice in record 1");
      log.log(2, "s", "other word", "t", "new word");
    }
    assertThat(records(storage))
        .containsExactly(
            Map.entry(0L, Map.of("time", 0L, "s", "first")),
            Map.entry(1L, Map.of("time", 2L, "s", "other word", "t", "new word")));
    verify(storage);
  }

  @Test
  void more_fields_than_a_byte_can_number_go_on_in_a_wider_segment() throws IOException {
    Map<String, Object> wide = new LinkedHashMap<>();
    try (SimLog log = SimLog.open(storage, NONE)) {
      log.log(0, "f0", 0.5);
      SimRecord record = log.record();
      for (int i = 0; i < 400; i++) {
        record.set(log.field("f" + i), i + 0.5);
        wide.put("f" + i, i + 0.5);
      }
      record.end();
      log.log(2, "f399", "late");
    }
    try (SimLog log = SimLog.open(storage, NONE)) {
      log.log(3, "f399", "later", "f400", 1);
    }
    Map<Long, Map<String, Object>> records = records(storage);
    assertThat(records.get(0L)).isEqualTo(Map.of("time", 0L, "f0", 0.5));
    assertThat(records.get(1L)).isEqualTo(wide);
    assertThat(records.get(2L)).isEqualTo(Map.of("time", 2L, "f399", "late"));
    assertThat(records.get(3L)).isEqualTo(Map.of("time", 3L, "f399", "later", "f400", 1L));
    verify(storage);
  }

  @Test
  void random_sparse_records_come_back() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<Map<String, Object>> expected = new ArrayList<>();
    try (SimLog log = SimLog.open(storage, SMALL)) {
      for (int i = 0; i < 3000; i++) {
        Map<String, Object> values = new LinkedHashMap<>();
        List<Object> pairs = new ArrayList<>();
        for (int f = 0; f < 40; f++) {
          if (random.nextInt(20) == 0) {
            Object value = randomValue(random, f);
            values.put("field " + f, value);
            pairs.add("field " + f);
            pairs.add(value);
          }
        }
        log.log(i + 0.25, pairs.toArray());
        values.put("time", i + 0.25);
        expected.add(values);
        if (random.nextInt(100) == 0) {
          log.commit();
        }
      }
    }
    Map<Long, Map<String, Object>> records = records(storage);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(records.get((long) i))
          .as("record %d, new Random(%dL)", i, seed)
          .isEqualTo(expected.get(i));
    }
    verify(storage);
  }

  /**
   * Fields 0 to 9 hold integers, 10 to 19 floats, 20 to 29 strings, 30 to 39 strings and booleans.
   */
  private static Object randomValue(Random random, int field) {
    return switch (field / 10) {
      case 0 -> random.nextBoolean() ? random.nextLong() : (long) random.nextInt(100);
      case 1 -> random.nextInt() + 0.5;
      case 2 -> "word " + random.nextInt(500);
      default -> random.nextBoolean() ? (Object) random.nextBoolean() : "w" + random.nextInt(5);
    };
  }
}
