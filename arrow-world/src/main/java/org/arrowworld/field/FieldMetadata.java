// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.npy.NpyType;

/**
 * What {@code metadata.json} says about a run (F-10). Immutable. Members this release does not know
 * are kept, text and all, whenever the file is written again.
 */
public final class FieldMetadata {
  /** The layout's version. */
  public static final int VERSION = 1;

  static final String COUNT = "n_snapshots";

  private final Map<String, String> members;
  private final MetadataValues values;

  FieldMetadata(Map<String, String> members) throws MetadataProblem {
    this.members = new LinkedHashMap<>(members);
    this.members.remove(MetadataFile.CRC);
    this.values = MetadataValues.parse(this.members);
  }

  /** Begins the description of a run with a grid. */
  public static Builder grid(int... shape) {
    return new Builder(shape);
  }

  /** Fields, in order. */
  public List<String> fields() {
    return values.fields();
  }

  /** Fields whose velocity is stored too, in order. */
  public List<String> velocities() {
    return values.velocities();
  }

  /** Grid points per axis, a copy. */
  public int[] gridShape() {
    return values.gridShape().stream().mapToInt(Integer::intValue).toArray();
  }

  /** Element type of fields and velocities: {@code F32} or {@code F64}. */
  public NpyType type() {
    return values.type();
  }

  /** Cell size per axis in the run's units; empty if unknown. */
  public List<Double> gridSpacing() {
    return values.gridSpacing();
  }

  /** Lower and upper bound per axis in the run's units; empty if unknown. */
  public List<List<Double>> gridBounds() {
    return values.gridBounds();
  }

  /** Whether each axis wraps around; empty if unknown. */
  public List<Boolean> periodic() {
    return values.periodic();
  }

  /** Numbers the run was made with; parameters that are no numbers are only in {@link #member}. */
  public Map<String, Double> parameters() {
    return values.parameters();
  }

  /** Kind of boundary per axis; empty if unknown. */
  public List<String> boundaryTypes() {
    return values.boundaryTypes();
  }

  /** The solver's time step in the run's units. */
  public OptionalDouble dt() {
    return values.dt();
  }

  /** Where the equations were described, as the solver named it. */
  public Optional<String> specPath() {
    return values.specPath();
  }

  /** What wrote the run: for people, never for logic. */
  public Map<String, String> environment() {
    return values.environment();
  }

  /** The count the file names; the run's own is the least of it and the headers (F-7). */
  public OptionalLong snapshots() {
    return values.snapshots();
  }

  /** The JSON text of a member, known to this release or not. */
  public Optional<String> member(String name) {
    return Optional.ofNullable(members.get(name));
  }

  Map<String, String> members() {
    return members;
  }

  FieldMetadata withSnapshots(long count) {
    Map<String, String> changed = new LinkedHashMap<>(members);
    changed.put(COUNT, Long.toString(count));
    try {
      return new FieldMetadata(changed);
    } catch (MetadataProblem e) {
      throw new IllegalStateException(e); // only a valid number has changed
    }
  }

  /** Axes, then one value per axis: what a run needs before its first snapshot. */
  public static final class Builder {
    private final Map<String, String> members = new LinkedHashMap<>();
    private final Map<String, String> extra = new LinkedHashMap<>();
    private List<String> velocities = List.of();

    private Builder(int... shape) {
      members.put("version", Integer.toString(VERSION));
      members.put(COUNT, "0");
      members.put("grid_spacing", null);
      members.put("grid_bounds", null);
      members.put("grid_shape", MetadataJson.text(Arrays.stream(shape).boxed().toList()));
      members.put("periodic", null);
      members.put("parameters", "{}");
      members.put("fields", null);
      members.put("velocities", null);
      members.put("dtype", MetadataJson.text("float64"));
      environment(
          Map.of(
              "java", System.getProperty("java.version", "unknown"),
              "os", System.getProperty("os.name", "unknown"),
              "arch", System.getProperty("os.arch", "unknown")));
    }

    /** Names of the fields, at least one. */
    public Builder fields(String... names) {
      return set("fields", List.of(names));
    }

    /** Those fields whose velocity is stored too. */
    public Builder velocities(String... names) {
      velocities = List.of(names);
      return this;
    }

    /** Element type of all fields and velocities. */
    public Builder type(NpyType type) {
      return set(
          "dtype",
          type == NpyType.F32 ? "float32" : type == NpyType.F64 ? "float64" : type.descr());
    }

    /** Cell size per axis. */
    public Builder gridSpacing(double... spacing) {
      return set("grid_spacing", Arrays.stream(spacing).boxed().toList());
    }

    /** Lower and upper bound per axis: {@code {{0, 1}, {0, 2}}}. */
    public Builder gridBounds(double[]... bounds) {
      return set(
          "grid_bounds",
          Arrays.stream(bounds).map(b -> Arrays.stream(b).boxed().toList()).toList());
    }

    /** Whether each axis wraps around. */
    public Builder periodic(List<Boolean> axes) {
      return set("periodic", axes);
    }

    /** Numbers the run is made with. */
    public Builder parameters(Map<String, Double> parameters) {
      return set("parameters", sorted(parameters));
    }

    /** Kind of boundary per axis, in the solver's words. */
    public Builder boundaryTypes(String... types) {
      return set("bc_types", List.of(types));
    }

    /** The solver's time step. */
    public Builder dt(double dt) {
      return set("dt", dt);
    }

    /** Where the equations are described. */
    public Builder specPath(String path) {
      return set("spec_path", path);
    }

    /** What writes the run; replaces the default, which names Java and the system. */
    public Builder environment(Map<String, String> environment) {
      return set("environment", sorted(environment));
    }

    /** A member of the caller's own, as JSON text. */
    public Builder member(String name, String json) {
      extra.put(name, json);
      return this;
    }

    private Builder set(String name, Object value) {
      members.put(name, MetadataJson.text(Objects.requireNonNull(value, name)));
      return this;
    }

    private static <V> Map<String, V> sorted(Map<String, V> map) {
      return map.entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .collect(
              Collectors.toMap(
                  Map.Entry::getKey, Map.Entry::getValue, (a, b) -> b, LinkedHashMap::new));
    }

    /**
     * The description, checked.
     *
     * @throws InvalidUseException naming what is missing or wrong
     */
    public FieldMetadata build() {
      Map<String, String> complete = new LinkedHashMap<>(members);
      complete.put("velocities", MetadataJson.text(velocities));
      complete.values().removeIf(Objects::isNull);
      for (Map.Entry<String, String> member : extra.entrySet()) {
        if (!MetadataJson.isValue(member.getValue())) {
          throw new InvalidUseException(
              Text.of("Cannot describe a run: member %s is not a JSON value", member.getKey()));
        }
        if (complete.putIfAbsent(member.getKey(), member.getValue()) != null) {
          throw new InvalidUseException(
              Text.of(
                  "Cannot describe a run: member %s has a meaning of its own", member.getKey()));
        }
      }
      try {
        FieldMetadata metadata = new FieldMetadata(complete);
        metadata.values.checkForWriting();
        return metadata;
      } catch (MetadataProblem e) {
        throw new InvalidUseException("Cannot describe a run: " + e.getMessage(), e);
      }
    }
  }
}
