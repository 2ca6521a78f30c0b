// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.internal.json.Json;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.schema.Column;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.EventKind;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.Tick;
import org.arrowworld.tick.TickBody;
import org.arrowworld.tick.TickTable;
import org.arrowworld.timeline.Verifier;

/**
 * Plays scripts (scripts.py says how they are written): for each line {@code STEM} of its input it
 * plays {@code STEM.script}, with the schema of the store {@code STEM.python}, into {@code
 * STEM.java}, and prints one JSON line: {@code ticks}, what it holds after each, and {@code
 * findings} of the deep verification of both stores.
 */
public final class ScriptMain {
  private static final int EVERY_TICKS = 7;

  private final WorldSchema schema;
  private final Map<String, Born> born = new HashMap<>();

  private ScriptMain(WorldSchema schema) {
    this.schema = schema;
  }

  public static void main(String[] args) throws IOException {
    try (var lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        BufferAllocator memory = new RootAllocator()) {
      for (String stem = lines.readLine(); stem != null; stem = lines.readLine()) {
        DiskStorage python = new DiskStorage(Path.of(stem + ".python"));
        DiskStorage java = new DiskStorage(Path.of(stem + ".java"));
        Map<String, Object> answer = new LinkedHashMap<>();
        ScriptMain script = new ScriptMain(StoreInfo.read(python).schema());
        answer.put("ticks", script.play(Path.of(stem + ".script"), java, memory));
        answer.put(
            "findings", Map.of("java", findings(java, memory), "python", findings(python, memory)));
        System.out.println(Json.write(answer));
      }
    }
  }

  private static List<?> findings(DiskStorage store, BufferAllocator memory) throws IOException {
    return Verifier.verify(store, Verifier.Depth.DEEP, EVERY_TICKS, memory).findings();
  }

  private List<Map<String, Object>> play(Path script, DiskStorage store, BufferAllocator memory)
      throws IOException {
    List<Map<String, Object>> reports = new ArrayList<>();
    List<String> lines = List.of(Files.readString(script).split("\n", -1));
    StoreInfo info = StoreInfo.create(schema, "tick", Map.of());
    try (LiveWorld live =
        LiveWorld.create(store, info, WorldOptions.DEFAULT.withAllocator(memory))) {
      int from = 0;
      while (lines.get(from).startsWith("tick")) {
        int end = from + lines.subList(from, lines.size()).indexOf("end");
        List<String> changes = lines.subList(from + 1, end);
        born.clear();
        long tick = Long.parseLong(lines.get(from).split("\t", -1)[1]);
        TickBody<RuntimeException> body =
            t -> changes.forEach(line -> change(t, line.split("\t", -1)));
        if (tick % 2 == 0) {
          live.tick(tick, body);
        } else {
          live.tickLater(tick, body);
          live.sync();
        }
        Map<String, Object> report = WorldReport.of(live.world(), live.acknowledged());
        report.keySet().retainAll(List.of("tick", "seq", "chain", "hash_world", "resume_hash"));
        reports.add(report);
        from = end + 1;
      }
    }
    return reports;
  }

  private void change(Tick t, String[] f) {
    switch (f[0]) {
      case "system" -> t.system(Integer.parseInt(f[1]));
      case "changed_only" -> t.changedOnly();
      case "insert" -> insert(t.table(f[1]), f);
      case "set" -> set(t.table(f[1]), f);
      case "set_slot" -> setSlot(t.table(f[1]), Integer.parseInt(f[2]), f);
      case "write" -> write(t.table(f[1]), f);
      case "remove", "remove_slot" -> remove(t.table(f[1]), f);
      case "event" -> event(t.table(f[1]), f);
      case "input" -> input(t, f);
      default -> throw new IllegalArgumentException(f[0]);
    }
  }

  private ColumnType type(String table, String column) {
    return schema.table(table).columns().stream()
        .filter(c -> c.name().equals(column))
        .map(Column::type)
        .findFirst()
        .orElseThrow();
  }

  private static ColumnType type(List<EventKind> kinds, String name) {
    return kinds.stream()
        .filter(k -> k.name().equals(name))
        .map(EventKind::type)
        .findFirst()
        .orElseThrow();
  }

  private static float f32(String text) {
    return Float.intBitsToFloat(Integer.parseUnsignedInt(text));
  }

  private static double f64(String text) {
    return Double.longBitsToDouble(Long.parseUnsignedLong(text));
  }

  private void insert(TickTable table, String[] f) {
    Born row;
    if (!f[3].equals("-")) {
      row =
          f[3].startsWith("*")
              ? table.insert(born.get(f[3]))
              : table.insert(Integer.parseUnsignedInt(f[3]));
    } else {
      row = f[4].equals("-") ? table.insert() : table.insertCausedBy(Integer.parseInt(f[4]));
    }
    born.put(f[2], row);
    if (f[5].startsWith("*")) {
      row.parent(born.get(f[5]));
    } else if (!f[5].equals("-")) {
      row.parent(Integer.parseUnsignedInt(f[5]));
    }
    for (int i = 6; i < f.length; i++) {
      String[] cell = f[i].split("=", 2);
      set(row, cell[0], type(f[1], cell[0]), cell[1]);
    }
  }

  private void set(Born row, String column, ColumnType type, String text) {
    switch (type) {
      case STRING -> row.set(column, text);
      case BOOL -> row.set(column, text.equals("1"));
      case F32 -> row.set(column, f32(text));
      case F64 -> row.set(column, f64(text));
      case U64 -> row.setUnsigned(column, Long.parseUnsignedLong(text));
      default -> {
        if (text.startsWith("*")) {
          row.set(column, born.get(text));
        } else {
          row.set(column, Long.parseLong(text));
        }
      }
    }
  }

  private void set(TickTable table, String[] f) {
    if (f[2].startsWith("*")) {
      set(table, born.get(f[2]), f);
    } else {
      setSlot(table, table.slot(Integer.parseUnsignedInt(f[2])), f);
    }
  }

  private void set(TickTable table, Born row, String[] f) {
    String column = f[3];
    String text = f[4];
    switch (type(f[1], column)) {
      case STRING -> table.set(row, column, text);
      case BOOL -> table.set(row, column, text.equals("1"));
      case F32 -> table.set(row, column, f32(text));
      case F64 -> table.set(row, column, f64(text));
      case U64 -> table.setUnsigned(row, column, Long.parseUnsignedLong(text));
      default -> {
        if (text.startsWith("*")) {
          table.set(row, column, born.get(text));
        } else {
          table.set(row, column, Long.parseLong(text));
        }
      }
    }
  }

  private void setSlot(TickTable table, int slot, String[] f) {
    String column = f[3];
    String text = f[4];
    switch (type(f[1], column)) {
      case STRING -> table.setSlot(slot, column, text);
      case BOOL -> table.setSlot(slot, column, text.equals("1"));
      case F32 -> table.setSlot(slot, column, f32(text));
      case F64 -> table.setSlot(slot, column, f64(text));
      case U64 -> table.setSlotUnsigned(slot, column, Long.parseUnsignedLong(text));
      default -> {
        if (text.startsWith("*")) {
          table.setSlot(slot, column, born.get(text));
        } else {
          table.setSlot(slot, column, Long.parseLong(text));
        }
      }
    }
  }

  private void write(TickTable table, String[] f) {
    int rows = f.length - 3;
    ColumnType type = type(f[1], f[2]);
    long[] longs = new long[rows];
    float[] floats = new float[rows];
    double[] doubles = new double[rows];
    boolean[] bools = new boolean[rows];
    String[] words = new String[rows];
    for (int i = 0; i < rows; i++) {
      String text = f[3 + i];
      switch (type) {
        case STRING -> words[i] = text;
        case BOOL -> bools[i] = text.equals("1");
        case F32 -> floats[i] = f32(text);
        case F64 -> doubles[i] = f64(text);
        case U64 -> longs[i] = Long.parseUnsignedLong(text);
        default -> longs[i] = Long.parseLong(text);
      }
    }
    switch (type) {
      case STRING -> table.write(f[2], words);
      case BOOL -> table.write(f[2], bools);
      case F32 -> table.write(f[2], floats);
      case F64 -> table.write(f[2], doubles);
      case U64 -> table.writeUnsigned(f[2], longs);
      default -> table.write(f[2], longs);
    }
  }

  private static void remove(TickTable table, String[] f) {
    int slot =
        f[0].equals("remove") ? table.slot(Integer.parseUnsignedInt(f[2])) : Integer.parseInt(f[2]);
    if (f.length > 3) {
      table.removeSlot(slot, f[3]);
    } else {
      table.removeSlot(slot);
    }
  }

  private void event(TickTable table, String[] f) {
    ColumnType type = type(schema.table(f[1]).events(), f[2]);
    Born subject = born.get(f[3]);
    int id = subject == null ? Integer.parseUnsignedInt(f[3]) : 0;
    Born told = type == ColumnType.U32 ? born.get(f[4]) : null;
    if (told != null && subject != null) {
      table.event(f[2], subject, told);
    } else if (told != null) {
      table.event(f[2], id, told);
    } else if (type == ColumnType.STRING && subject != null) {
      table.event(f[2], subject, f[4]);
    } else if (type == ColumnType.STRING) {
      table.event(f[2], id, f[4]);
    } else if (type == ColumnType.F64 && subject != null) {
      table.event(f[2], subject, f64(f[4]));
    } else if (type == ColumnType.F64) {
      table.event(f[2], id, f64(f[4]));
    } else if (subject != null) {
      table.event(f[2], subject, Long.parseLong(f[4]));
    } else {
      table.event(f[2], id, Long.parseLong(f[4]));
    }
  }

  private void input(Tick t, String[] f) {
    int target = Integer.parseUnsignedInt(f[2]);
    switch (type(schema.inputs(), f[1])) {
      case STRING -> t.input(f[1], target, f[3]);
      case BOOL -> t.input(f[1], target, f[3].equals("1"));
      case F64 -> t.input(f[1], target, f64(f[3]));
      default -> t.input(f[1], target, Long.parseLong(f[3]));
    }
  }
}
