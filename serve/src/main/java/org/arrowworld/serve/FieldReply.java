// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.arrowworld.field.FieldMetadata;
import org.arrowworld.field.FieldSnapshots;
import org.arrowworld.field.GridBox;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.IpcField;
import org.arrowworld.internal.ipc.IpcType;
import org.arrowworld.npy.NpyArray;
import org.arrowworld.npy.NpyType;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.store.TickTime;

/**
 * The gridded fields beside a run's log, {@code fields/NAME/}: which there are, and a plane of one
 * at a tick as an Arrow stream of one column. The tick's snapshot is the last one at or before its
 * time, or its number where the store does not say when its ticks are.
 */
final class FieldReply {
  static final Set<String> NAMES =
      Set.of("of", "name", "velocity", "tick", "snapshot", "plane", "most");
  private static final String FOLDER = "fields";
  private static final int MOST_CELLS = 1 << 24;

  private FieldReply() {}

  /** Every field run that can be read, and why the others cannot. */
  static Map<String, Object> list(ServedRun run) throws IOException {
    List<Object> list = new ArrayList<>();
    run.turns().begin();
    try {
      for (String name : names(run.storage())) {
        list.add(line(run.storage(), name));
      }
    } finally {
      run.turns().end();
    }
    return Map.of("fields", list);
  }

  private static List<String> names(Storage storage) throws IOException {
    if (!storage.exists(FOLDER) || storage.isLink(FOLDER)) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    for (String name : storage.list(FOLDER)) {
      String path = FOLDER + "/" + name;
      if (!storage.isLink(path) && storage.exists(path + "/metadata.json")) {
        names.add(name);
      }
    }
    return names.stream().sorted().toList();
  }

  private static Map<String, Object> line(Storage storage, String name) throws IOException {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("of", name);
    try (FieldSnapshots fields = FieldSnapshots.open(storage, FOLDER + "/" + name)) {
      FieldMetadata metadata = fields.metadata();
      double[] times = fields.times();
      line.put("names", metadata.fields());
      line.put("velocities", metadata.velocities());
      line.put("shape", Arrays.stream(metadata.gridShape()).boxed().toList());
      line.put("type", label(metadata.type()));
      line.put("bounds", bounds(metadata));
      line.put("periodic", metadata.periodic());
      line.put("count", fields.count());
      line.put("first_time", times.length == 0 ? null : times[0]);
      line.put("last_time", times.length == 0 ? null : times[times.length - 1]);
      line.put("notes", fields.notes());
    } catch (IOException e) {
      line.put("message", Problem.of(e).getMessage());
    }
    return line;
  }

  private static String label(NpyType type) {
    return type == NpyType.F32 ? "f32" : "f64";
  }

  /** Lower and upper bound of each axis: as the run says, or by its cells' size, or by counting. */
  private static List<List<Double>> bounds(FieldMetadata metadata) {
    if (!metadata.gridBounds().isEmpty()) {
      return metadata.gridBounds();
    }
    int[] shape = metadata.gridShape();
    List<List<Double>> bounds = new ArrayList<>();
    for (int axis = 0; axis < shape.length; axis++) {
      double cell = metadata.gridSpacing().isEmpty() ? 1 : metadata.gridSpacing().get(axis);
      bounds.add(List.of(0.0, shape[axis] * cell));
    }
    return bounds;
  }

  /** One plane: the first two axes, at one place of the others. */
  static void write(ServedRun run, RequestQuery asked, Reply reply) throws IOException {
    String name = asked.required("of");
    int most = asked.count("most", MOST_CELLS, 1, MOST_CELLS);
    run.turns().begin();
    try {
      if (!names(run.storage()).contains(name)) {
        throw Problem.notFound(
            Text.of("The run has no fields '%s': it has %s", name, names(run.storage())));
      }
      try (FieldSnapshots fields = FieldSnapshots.open(run.storage(), FOLDER + "/" + name)) {
        send(run.storage(), fields, asked, most, reply);
      }
    } finally {
      run.turns().end();
    }
  }

  private static void send(
      Storage storage, FieldSnapshots fields, RequestQuery asked, int most, Reply reply)
      throws IOException {
    long snapshot = snapshot(storage, fields, asked);
    boolean velocity = asked.text("velocity").isPresent();
    String field = asked.required(velocity ? "velocity" : "name");
    FieldMetadata metadata = fields.metadata();
    GridBox box = box(metadata.gridShape(), asked);
    NpyArray values =
        velocity
            ? fields.velocitySlab(field, snapshot, box)
            : fields.fieldSlab(field, snapshot, box);
    Plane plane = Plane.of(metadata.gridShape(), most);
    Map<String, String> said = new LinkedHashMap<>();
    said.put("aw.field", field);
    said.put("aw.snapshot", Long.toString(snapshot));
    said.put("aw.time", Double.toString(fields.times()[(int) snapshot]));
    said.put("aw.shape", plane.across() + "," + plane.up());
    said.put("aw.cells", plane.wide() + "," + plane.high());
    said.put("aw.stride", Integer.toString(plane.stride()));
    said.put(
        "aw.bounds",
        bounds(metadata).stream()
            .limit(2)
            .flatMap(List::stream)
            .map(String::valueOf)
            .collect(Collectors.joining(",")));
    IpcField column =
        IpcField.plain("value", metadata.type() == NpyType.F32 ? IpcType.F32 : IpcType.F64);
    ByteBuffer cells = plane.cells(values, metadata.type());
    ArrowStream arrow = new ArrowStream(reply.stream(Reply.ARROW));
    arrow.raw(ArrowStream.schema(List.of(column), said));
    arrow.batch(
        ArrowStream.Batch.of(
            plane.across() * plane.up(), List.of(column), List.of(cells), Map.of()));
    arrow.end();
  }

  /** Which snapshot: its number, or the last one at or before a tick. */
  private static long snapshot(Storage storage, FieldSnapshots fields, RequestQuery asked)
      throws IOException {
    if (asked.text("tick").isEmpty()) {
      asked.required("snapshot");
      return asked.number("snapshot", 0);
    }
    long tick = asked.number("tick", 0);
    double time = StoreInfo.read(storage).time().map((TickTime t) -> t.at(tick)).orElse(tick * 1.0);
    return fields.indexAt(time);
  }

  /** The first two axes whole, one place of each other: the middle, where it is not said. */
  private static GridBox box(int[] shape, RequestQuery asked) {
    List<String> places = asked.list("plane");
    int others = Math.max(0, shape.length - 2);
    if (!places.isEmpty() && places.size() != others) {
      throw Problem.badRequest(
          Text.of(
              "The parameter 'plane' has %d numbers: expected %d, one for each axis after the second",
              places.size(), others));
    }
    GridBox box = GridBox.all(shape);
    List<Integer> chosen = asked.ids("plane");
    for (int i = 0; i < others; i++) {
      int place = chosen.isEmpty() ? shape[2 + i] / 2 : chosen.get(i);
      if (place < 0 || place >= shape[2 + i]) {
        throw Problem.badRequest(
            Text.of(
                "The parameter 'plane' has %d: axis %d has places 0 to %d",
                place, 2 + i, shape[2 + i] - 1));
      }
      box = box.plane(2 + i, place);
    }
    return box;
  }

  /**
   * What is sent of a plane.
   *
   * @param wide cells of the first axis
   * @param high cells of the second axis
   * @param stride every how manieth cell of both
   */
  private record Plane(int wide, int high, int stride) {
    static Plane of(int[] shape, int most) {
      int wide = shape[0];
      int high = shape.length > 1 ? shape[1] : 1;
      int stride = 1;
      while ((long) cells(wide, stride) * cells(high, stride) > most) {
        stride++;
      }
      return new Plane(wide, high, stride);
    }

    private static int cells(int length, int stride) {
      return (length - 1) / stride + 1;
    }

    int across() {
      return cells(wide, stride);
    }

    int up() {
      return cells(high, stride);
    }

    /** The cells, the first axis slowest, as the run has them. */
    ByteBuffer cells(NpyArray values, NpyType type) {
      int width = type.itemBytes();
      ByteBuffer cells = ArrowStream.room(across() * up() * width);
      for (int x = 0; x < wide; x += stride) {
        for (int y = 0; y < high; y += stride) {
          double value = values.doubleAt((long) x * high + y);
          if (type == NpyType.F32) {
            cells.putFloat((float) value);
          } else {
            cells.putDouble(value);
          }
        }
      }
      return cells.flip().order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
