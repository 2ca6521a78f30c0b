// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.arrowworld.internal.Text;
import org.arrowworld.npy.NpyType;

/** The members of {@code metadata.json} this release knows, parsed and checked. */
record MetadataValues(
    List<String> fields,
    List<String> velocities,
    List<Integer> gridShape,
    NpyType type,
    List<Double> gridSpacing,
    List<List<Double>> gridBounds,
    List<Boolean> periodic,
    Map<String, Double> parameters,
    List<String> boundaryTypes,
    OptionalDouble dt,
    Optional<String> specPath,
    Map<String, String> environment,
    OptionalLong snapshots) {

  private static final int MAX_AXES = 4;
  private static final int MAX_NAME_CHARS = 100;

  static MetadataValues parse(Map<String, String> text) throws MetadataProblem {
    Members members = new Members(text);
    long version = members.integer("version").orElse(FieldMetadata.VERSION);
    if (version != FieldMetadata.VERSION) {
      throw new MetadataProblem(
          Text.of(
              "version %d is not known to this release (it knows %d)",
              version, FieldMetadata.VERSION));
    }
    // Older solvers call the list of velocities momenta, and newer ones write both.
    String velocities = text.containsKey("velocities") ? "velocities" : "momenta";
    MetadataValues values =
        new MetadataValues(
            members.list("fields", String.class),
            members.list(velocities, String.class),
            members.shape(),
            members.type(),
            members.doubles("grid_spacing"),
            members.bounds(),
            members.list("periodic", Boolean.class),
            members.numbers("parameters"),
            members.list("bc_types", String.class),
            members.number("dt"),
            members.string("spec_path"),
            members.strings("environment"),
            members.integer(FieldMetadata.COUNT));
    values.check();
    return values;
  }

  /** What must hold for any run. */
  private void check() throws MetadataProblem {
    if (fields.isEmpty()) {
      throw new MetadataProblem("fields is missing or empty");
    }
    if (gridShape.isEmpty() || gridShape.size() > MAX_AXES) {
      throw new MetadataProblem(
          Text.of("grid_shape has %d axes, 1 to %d are allowed", gridShape.size(), MAX_AXES));
    }
    perAxis("grid_spacing", gridSpacing);
    perAxis("grid_bounds", gridBounds);
    perAxis("periodic", periodic);
    perAxis("bc_types", boundaryTypes);
    if (snapshots.orElse(0) < 0) {
      throw new MetadataProblem("n_snapshots is " + snapshots.getAsLong());
    }
    Set<String> files = new HashSet<>(Set.of(FieldFiles.TIMES));
    for (String file : FieldFiles.arrays(fields, velocities)) {
      String name = file.substring(0, file.length() - FieldFiles.NPY.length());
      if (name.isEmpty()
          || name.length() > MAX_NAME_CHARS + 2
          || name.chars().anyMatch(c -> c < 32 || c == 127 || c == '/' || c == '\\')) {
        throw new MetadataProblem(
            Text.of(
                "the field name '%s' is refused: names are at most %d characters without / and \\",
                name.replaceAll("[^ -~]", "?"), MAX_NAME_CHARS));
      }
      if (!files.add(file)) {
        throw new MetadataProblem("two arrays would share the file " + file);
      }
    }
    for (String velocity : velocities) {
      if (!fields.contains(velocity)) {
        throw new MetadataProblem(Text.of("velocity %s belongs to no field", velocity));
      }
    }
  }

  private void perAxis(String name, List<?> values) throws MetadataProblem {
    if (!values.isEmpty() && values.size() != gridShape.size()) {
      throw new MetadataProblem(
          Text.of("%s has %d values for %d axes", name, values.size(), gridShape.size()));
    }
  }

  /** What is asked of runs we begin, beyond what is read. */
  void checkForWriting() throws MetadataProblem {
    Set<String> files = new HashSet<>();
    for (String field : fields) {
      if (!field.matches(Text.of("[A-Za-z_][A-Za-z0-9_#-]{0,%d}", MAX_NAME_CHARS - 1))) {
        throw new MetadataProblem(
            Text.of(
                    "the field name '%s' is refused: names are 1 to %d of A-Z a-z 0-9 _ # -, the first no",
                    field.replaceAll("[^ -~]", "?"), MAX_NAME_CHARS)
                + " digit");
      }
    }
    for (String file : FieldFiles.arrays(fields, velocities)) {
      if (!files.add(file.toLowerCase(Locale.ROOT))) {
        throw new MetadataProblem("file names that differ in case only: " + file);
      }
    }
    for (double spacing : gridSpacing) {
      requireFinite("grid_spacing", spacing);
    }
    for (List<Double> bounds : gridBounds) {
      requireFinite("grid_bounds", bounds.get(0));
      requireFinite("grid_bounds", bounds.get(1));
    }
    for (Map.Entry<String, Double> parameter : parameters.entrySet()) {
      requireFinite("parameter " + parameter.getKey(), parameter.getValue());
    }
    requireFinite("dt", dt.orElse(0));
  }

  private static void requireFinite(String name, double value) throws MetadataProblem {
    if (!Double.isFinite(value)) {
      throw new MetadataProblem(Text.of("%s is %s, which JSON cannot hold", name, value));
    }
  }

  /** Typed access; a member that is absent or null is empty, one of another type a problem. */
  private record Members(Map<String, String> text) {
    private Object value(String name) throws MetadataProblem {
      String json = text.get(name);
      try {
        return json == null ? null : MetadataJson.value(json);
      } catch (JsonProcessingException e) {
        throw new MetadataProblem(Text.of("%s is not JSON: %s", name, e.getOriginalMessage()), e);
      }
    }

    private MetadataProblem wrong(String name, String expected) {
      String shown = text.get(name).replaceAll("[^ -~]", "?");
      String cut = shown.length() > 60 ? shown.substring(0, 60) + "..." : shown;
      return new MetadataProblem(Text.of("%s is %s, expected %s", name, cut, expected));
    }

    OptionalLong integer(String name) throws MetadataProblem {
      Object value = value(name);
      if (value != null && !(value instanceof Long)) {
        throw wrong(name, "a whole number");
      }
      return value == null ? OptionalLong.empty() : OptionalLong.of((Long) value);
    }

    OptionalDouble number(String name) throws MetadataProblem {
      Object value = value(name);
      if (value != null && !(value instanceof Number)) {
        throw wrong(name, "a number");
      }
      return value == null
          ? OptionalDouble.empty()
          : OptionalDouble.of(((Number) value).doubleValue());
    }

    Optional<String> string(String name) throws MetadataProblem {
      Object value = value(name);
      if (value != null && !(value instanceof String)) {
        throw wrong(name, "a string");
      }
      return Optional.ofNullable((String) value);
    }

    <T> List<T> list(String name, Class<T> type) throws MetadataProblem {
      Object value = value(name);
      if (value == null) {
        return List.of();
      }
      if (!(value instanceof List<?> list) || !list.stream().allMatch(type::isInstance)) {
        throw wrong(name, Text.of("a list of %ss", type.getSimpleName().toLowerCase(Locale.ROOT)));
      }
      return list.stream().<T>map(type::cast).toList();
    }

    List<Double> doubles(String name) throws MetadataProblem {
      return list(name, Number.class).stream().map(Number::doubleValue).toList();
    }

    List<Integer> shape() throws MetadataProblem {
      List<Long> list = list("grid_shape", Long.class);
      if (list.stream().anyMatch(d -> d < 1 || d > Integer.MAX_VALUE)) {
        throw wrong("grid_shape", "positive numbers");
      }
      return list.stream().map(Long::intValue).toList();
    }

    NpyType type() throws MetadataProblem {
      String name = string("dtype").orElse("float64");
      return switch (name) {
        case "float64" -> NpyType.F64;
        case "float32" -> NpyType.F32;
        default -> throw wrong("dtype", "\"float32\" or \"float64\"");
      };
    }

    List<List<Double>> bounds() throws MetadataProblem {
      List<List<Double>> bounds = new ArrayList<>();
      for (List<?> pair : list("grid_bounds", List.class)) {
        if (pair.size() != 2
            || !(pair.get(0) instanceof Number low)
            || !(pair.get(1) instanceof Number high)) {
          throw wrong("grid_bounds", "pairs of numbers");
        }
        bounds.add(List.of(low.doubleValue(), high.doubleValue()));
      }
      return List.copyOf(bounds);
    }

    private Map<?, ?> map(String name) throws MetadataProblem {
      Object value = value(name);
      if (value != null && !(value instanceof Map)) {
        throw wrong(name, "an object");
      }
      return value == null ? Map.of() : (Map<?, ?>) value;
    }

    Map<String, Double> numbers(String name) throws MetadataProblem {
      Map<String, Double> numbers = new LinkedHashMap<>();
      for (Map.Entry<?, ?> entry : map(name).entrySet()) {
        if (entry.getValue() instanceof Number number) {
          numbers.put((String) entry.getKey(), number.doubleValue());
        }
      }
      return Collections.unmodifiableMap(numbers);
    }

    Map<String, String> strings(String name) throws MetadataProblem {
      Map<String, String> strings = new LinkedHashMap<>();
      for (Map.Entry<?, ?> entry : map(name).entrySet()) {
        strings.put((String) entry.getKey(), String.valueOf(entry.getValue()));
      }
      return Collections.unmodifiableMap(strings);
    }
  }
}
